import type { AlertDelivery, Incident } from '@job-manager/shared/contract/alerts/incidents';
import { incidentId as incidentIdSchema } from '@job-manager/shared/contract/alerts/incidents';
import { Button, Group, Modal, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { useCan } from '../../api/session';
import { api } from '../../components/alerts/calls';
import { eventLabels, incidentAppearance } from '../../components/alerts/severity';
import { ChannelLink, JobLink } from '../../components/EntityLinks';
import { Pending } from '../../components/Pending';
import { DateTime, ExactTime } from '../../components/RelativeTime';
import { historyWith } from '../../components/url-state';
import { formatDuration } from '../../lib/duration';
import { localInput } from '../../lib/local-time';
import { dayAfter, readLocalInput } from '../../lib/read-time';
import { paths } from '../../paths';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { Fact, Facts } from '../../ui/Facts';
import { Tag } from '../../ui/Tag';
import { useIsPhone } from '../../ui/useIsPhone';
import classes from './alerts.module.css';
import { useIncidentActs } from './useIncidentActs';

interface Props {
  incidentId: string;
  onClose: () => void;
}

/** One incident: its cause, since when, who was notified, and the acts that it allows. */
export function IncidentDialog({ incidentId, onClose }: Props) {
  const isPhone = useIsPhone();
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Incident ${incidentId.slice(0, 20)}`}
      size="52rem"
      fullScreen={isPhone}
      returnFocus={false}
    >
      {incidentIdSchema.safeParse(incidentId).success ? (
        <Loaded incidentId={incidentId} />
      ) : (
        <ErrorPanel title="No such incident" details="The address names none." />
      )}
    </Modal>
  );
}

function Loaded({ incidentId }: { incidentId: string }) {
  const query = useQuery(api.incident.queryOptions({ input: { incidentId } }));
  if (query.data === undefined) return <Pending query={query} what="The incident" rows={4} />;
  const { incident, deliveries } = query.data;
  return (
    <div className={classes.dialog}>
      <div className={classes.head}>
        <Tag tone={incidentAppearance(incident).tone}>{incidentAppearance(incident).label}</Tag>
        <strong>
          <bdi>{incident.title}</bdi>
        </strong>
      </div>
      <p className={classes.fullCause}>
        <bdi>{incident.cause}</bdi>
      </p>
      <IncidentFacts incident={incident} />
      <Evidence incident={incident} />
      <Messages deliveries={deliveries} />
      <Acts incident={incident} />
    </div>
  );
}

function IncidentFacts({ incident }: { incident: Incident }) {
  const { openedAt, reopenedAt, closedAt, closedBy, acknowledgedAt, acknowledgedBy, mutedUntil, note } = incident;
  return (
    <Facts>
      <Fact name="Opened">
        <DateTime at={openedAt} />
      </Fact>
      {reopenedAt !== null && (
        <Fact name="Opened again">
          <DateTime at={reopenedAt} />
        </Fact>
      )}
      {closedAt !== null && (
        <Fact name="Over">
          <ExactTime at={closedAt} /> after {formatDuration(Date.parse(closedAt) - Date.parse(openedAt))}
          {closedBy === null ? ', by itself' : `, resolved by ${closedBy}`}
        </Fact>
      )}
      <Fact name="Rule">{incident.rule}</Fact>
      {incident.count !== null && <Fact name="Count">{incident.count.toLocaleString('en')}</Fact>}
      {incident.jobName !== null && (
        <Fact name="Job">
          <JobLink jobName={incident.jobName} />
        </Fact>
      )}
      {incident.channel !== null && (
        <Fact name="Channel">
          <ChannelLink channel={incident.channel} />
        </Fact>
      )}
      {acknowledgedAt !== null && (
        <Fact name="Acknowledged">
          <ExactTime at={acknowledgedAt} /> by {acknowledgedBy ?? 'an operator'}
        </Fact>
      )}
      {mutedUntil !== null && (
        <Fact name="Muted until">
          <ExactTime at={mutedUntil} />
        </Fact>
      )}
      {note !== null && <Fact name="Note">{note}</Fact>}
    </Facts>
  );
}

const MINUTE_MS = 60_000;

/** What leads to exactly the runs that it is about. */
function Evidence({ incident: { jobName, fingerprint, lastRunId, kind, openedAt, closedAt } }: { incident: Incident }) {
  const isOfFailures = jobName !== null && ['runFailed', 'failureRate', 'newCause'].includes(kind);
  const time = {
    from: Date.parse(openedAt) - 60 * MINUTE_MS,
    ...(closedAt !== null && { to: Date.parse(closedAt) + MINUTE_MS }),
  };
  return (
    <Group gap="xs">
      {isOfFailures && (
        <Button
          variant="default"
          component={Link}
          to={historyWith({ jobName, status: 'FAILED', time, cause: fingerprint ?? undefined })}
        >
          Show runs
        </Button>
      )}
      {lastRunId !== null && (
        <Button variant="default" component={Link} to={paths.run(lastRunId)}>
          Last run #{lastRunId}
        </Button>
      )}
      {kind === 'health' && (
        <Button variant="default" component={Link} to={paths.systemStatus}>
          System status
        </Button>
      )}
    </Group>
  );
}

function Messages({ deliveries }: { deliveries: readonly AlertDelivery[] }) {
  if (deliveries.length === 0)
    return <p className={classes.note}>No message was sent: its rule has no destination, or it is muted.</p>;
  return (
    <ul className={classes.messages} aria-label="Messages">
      {deliveries.map((delivery) => (
        <li key={delivery.id}>
          <span>
            {eventLabels[delivery.event]} → <bdi>{delivery.destination}</bdi>
          </span>
          <span className={classes.note}>{describe(delivery)}</span>
          <ExactTime at={delivery.sentAt ?? delivery.createdAt} />
        </li>
      ))}
    </ul>
  );
}

function describe({ status, detail, tries, isTogether, latencyMs }: AlertDelivery): string {
  const together = isTogether ? ', with others in one message' : '';
  if (status === 'SENT') return `sent${together} in ${formatDuration(latencyMs ?? 0)}: ${detail ?? ''}`;
  if (status === 'FAILED') return `given up after ${tries} ${tries === 1 ? 'try' : 'tries'}: ${detail ?? ''}`;
  return detail === null ? 'waits' : `tried ${tries} ${tries === 1 ? 'time' : 'times'}, and again: ${detail}`;
}

const spans = [
  { value: '', label: 'Mute…' },
  { value: '60', label: 'Mute for an hour' },
  { value: 'tomorrow', label: 'Mute until tomorrow, 8:00' },
  { value: '10080', label: 'Mute for a week' },
];

function untilOf(span: string): string {
  if (span !== 'tomorrow') return new Date(Date.now() + Number(span) * MINUTE_MS).toISOString();
  return readLocalInput(`${dayAfter(localInput(Date.now()).slice(0, 10))} 08:00`) ?? new Date().toISOString();
}

function Acts({ incident: { id: incidentId, closedAt, acknowledgedAt, mutedUntil } }: { incident: Incident }) {
  const { acknowledge, mute, resolve } = useIncidentActs();
  const canManage = useCan('manageAlerts');
  const [span, setSpan] = useState('');
  if (!canManage) return <p className={classes.note}>Acknowledging and muting need the permission manageAlerts.</p>;
  return (
    <Group justify="flex-end" gap="xs">
      {mutedUntil === null ? (
        <NativeSelect
          aria-label="Mute"
          data={spans}
          value={span}
          disabled={mute.isPending}
          onChange={(event) => {
            const chosen = event.currentTarget.value;
            if (chosen !== '') mute.mutate({ incidentId, until: untilOf(chosen) });
            setSpan('');
          }}
        />
      ) : (
        <Button variant="default" loading={mute.isPending} onClick={() => mute.mutate({ incidentId, until: null })}>
          Unmute
        </Button>
      )}
      {closedAt === null && (
        <>
          <Button variant="default" loading={resolve.isPending} onClick={() => resolve.mutate({ incidentId })}>
            Resolve
          </Button>
          {acknowledgedAt === null && (
            <Button loading={acknowledge.isPending} onClick={() => acknowledge.mutate({ incidentId })}>
              Acknowledge
            </Button>
          )}
        </>
      )}
    </Group>
  );
}
