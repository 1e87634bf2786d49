import type { JobChannel } from '@job-manager/shared/contract/channels';
import type { Issue } from '@job-manager/shared/contract/issues';
import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconAlertTriangle, IconDots, IconUrgent } from '@tabler/icons-react';
import { Link } from 'react-router-dom';
import { serverNow } from '../../api/server-clock';
import { useCan } from '../../api/session';
import { BulkButton } from '../../components/bulk/BulkButton';
import { Elapsed } from '../../components/RelativeTime';
import { historyWith } from '../../components/url-state';
import { boundsOf } from '../../lib/time-range';
import { paths } from '../../paths';
import classes from './overview.module.css';
import type { MuteUntil } from './useIssueMutes';

interface Props {
  issue: Issue;
  /** Its key leads to it. */
  isFirst: boolean;
  channel: JobChannel | undefined;
  onResume: (channel: JobChannel) => void;
  onMute: (issue: Issue, until: MuteUntil) => void;
}

/** One issue, with what an operator can do about it. */
export function IssueRow({ issue, isFirst, channel, onResume, onMute }: Props) {
  const mayResume = useCan('manageChannels');
  const { severity, message, since } = issue;
  const Icon = severity === 'critical' ? IconUrgent : IconAlertTriangle;
  return (
    <li className={classes.issue} data-severity={severity}>
      <Icon size={18} aria-hidden className={classes.icon} />
      <span className={classes.text}>
        <span className="visually-hidden">{severity === 'critical' ? 'Critical: ' : 'Warning: '}</span>
        {message}
        {since && (
          <span className={classes.since}>
            for <Elapsed since={since} />
          </span>
        )}
      </span>
      <span className={classes.issueActs}>
        {channel && channel.paused !== null && mayResume && (
          <Button
            variant="default"
            size="compact-sm"
            aria-label={`Resume channel ${channel.name}`}
            onClick={() => onResume(channel)}
          >
            Resume
          </Button>
        )}
        <RerunFailures issue={issue} />
        <Button
          component={Link}
          to={placeOf(issue)}
          variant="default"
          size="compact-sm"
          aria-label={`Show: ${message}`}
          data-key={isFirst ? 'i' : undefined}
        >
          Show
        </Button>
        <IssueMenu issue={issue} onMute={onMute} />
      </span>
    </li>
  );
}

/** Confirms before the runs of the last hour that failed are queued again. */
function RerunFailures({ issue: { subject, message, runs } }: Pick<Props, 'issue'>) {
  if (subject.kind !== 'failures' || runs === null) return null;
  const { jobName, fingerprint } = subject;
  const of = fingerprint === null ? { status: 'FAILED' as const } : { cause: fingerprint };
  return (
    <BulkButton
      action="rerun"
      request={() => ({ action: 'rerun', filter: { jobName, ...of, ...boundsOf('1h', serverNow()) } })}
      subject={message}
      aria-label={`Re-run ${runs.toLocaleString('en')} of ${jobName}`}
    >
      Re-run {runs.toLocaleString('en')}…
    </BulkButton>
  );
}

const HOUR_MS = 3_600_000;
const inHours = (hours: number): string => new Date(serverNow() + hours * HOUR_MS).toISOString();

function IssueMenu({ issue, onMute }: Pick<Props, 'issue' | 'onMute'>) {
  const mayMute = useCan('manageAlerts');
  const { incidentId, message, subject } = issue;
  const hasOwnIncident = incidentId !== null && subject.kind !== 'incident';
  if (!mayMute && !hasOwnIncident) return null;
  return (
    <Menu position="bottom-end" withinPortal={false}>
      <Menu.Target>
        <ActionIcon variant="default" size={26} aria-label={`More for: ${message}`}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {hasOwnIncident && (
          <Menu.Item component={Link} to={paths.incident(incidentId)}>
            Open the incident
          </Menu.Item>
        )}
        {mayMute && (
          <>
            <Menu.Item onClick={() => onMute(issue, inHours(1))}>Mute for 1 hour</Menu.Item>
            <Menu.Item onClick={() => onMute(issue, inHours(8))}>Mute for 8 hours</Menu.Item>
            <Menu.Item onClick={() => onMute(issue, 'cleared')}>Mute until it clears</Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

/** The page with its details. */
function placeOf({ subject, incidentId }: Issue): string {
  switch (subject.kind) {
    case 'service':
      return paths.systemStatus;
    case 'failures': {
      const { jobName, fingerprint } = subject;
      return historyWith({ jobName, status: 'FAILED', time: '1h', cause: fingerprint ?? undefined });
    }
    case 'channel':
      return paths.channel(subject.channel);
    case 'job':
      return paths.definition(subject.jobName);
    case 'schedule':
      return paths.schedule(subject.scheduleId);
    case 'run':
      return paths.run(subject.jobRunId);
    case 'destination':
      return paths.alertDestinations;
    case 'incident':
      return paths.incident(incidentId ?? '');
  }
}
