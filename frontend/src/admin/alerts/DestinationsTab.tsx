import type { DestinationKind } from '@job-manager/shared/alert-rules';
import type { AlertDestination } from '@job-manager/shared/contract/alerts/destinations';
import { Button } from '@mantine/core';
import { IconPlus, IconSend } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { useCan } from '../../api/session';
import { useAction } from '../../api/useAction';
import { api, calls, refreshAlerts } from '../../components/alerts/calls';
import { Pending } from '../../components/Pending';
import { RelativeTime } from '../../components/RelativeTime';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { EmptyState } from '../../ui/EmptyState';
import { Section } from '../../ui/Section';
import { Cell, Table } from '../../ui/Table';
import { Tag } from '../../ui/Tag';
import { toastError, toastSuccess } from '../../ui/toast';
import { useReturnFocus } from '../../ui/useReturnFocus';
import classes from './alerts.module.css';
import { DestinationDialog } from './DestinationDialog';
import { RemovalDialog } from './RemovalDialog';

const columns = [
  { label: 'Name' },
  { label: 'Leads to' },
  { label: 'Rules' },
  { label: 'Last message' },
  { label: 'Actions', isHidden: true },
] as const;

const kindLabels: Record<DestinationKind, string> = { EMAIL: 'E-mail', WEBHOOK: 'Webhook', SLACK: 'Slack' };

type Opened = { destination: AlertDestination | null } | { removed: AlertDestination } | null;

/** Where messages of incidents are sent. */
export function DestinationsTab() {
  const query = useQuery(api.destinations.queryOptions());
  const destinations = query.data?.destinations;
  const canManage = useCan('manageAlerts');
  const [opened, open] = useState<Opened>(null);
  const close = () => open(null);
  const removed = opened !== null && 'removed' in opened ? opened.removed : null;
  useReturnFocus(opened !== null);
  const create = canManage && (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => open({ destination: null })}>
      Create destination
    </Button>
  );
  return (
    <Section title="Destinations" isTitleHidden actions={destinations?.length ? create : undefined}>
      {destinations === undefined ? (
        <Pending query={query} what="Destinations" rows={3} />
      ) : destinations.length === 0 ? (
        <EmptyState
          icon={IconSend}
          title="No destination yet"
          text="A mailbox, a chat or a webhook of your own. Rules choose which of them they notify; without any, incidents stand in the panel alone."
          action={create}
        />
      ) : (
        <Table caption="Destinations" columns={columns} stackOn="tablet">
          {destinations.map((destination) => (
            <DestinationRow key={destination.id} destination={destination} canManage={canManage} onOpen={open} />
          ))}
        </Table>
      )}
      <DialogBoundary opened={[opened]} onClose={close}>
        {opened !== null && 'destination' in opened && (
          <DestinationDialog
            destination={opened.destination}
            emailProblem={query.data?.emailProblem ?? null}
            onClose={close}
          />
        )}
        {removed && (
          <RemovalDialog
            noun="destination"
            name={removed.name}
            remove={() => calls.removeDestination({ destinationId: removed.id })}
            onClose={close}
          >
            {removed.usedBy.length === 0
              ? 'No rule notifies it.'
              : `These rules no longer notify it: ${listNames(removed.usedBy)}.`}{' '}
            Messages that wait for it are not sent. This can’t be undone.
          </RemovalDialog>
        )}
      </DialogBoundary>
    </Section>
  );
}

const listNames = (rules: readonly { name: string }[]): string => rules.map(({ name }) => name).join(', ');

interface RowProps {
  destination: AlertDestination;
  canManage: boolean;
  onOpen: (opened: Opened) => void;
}

function DestinationRow({ destination, canManage, onOpen }: RowProps) {
  const { id, name, kind, target, problem, usedBy, lastDelivery } = destination;
  const test = useTest(id);
  return (
    <tr>
      <Cell isHeader>
        <span className={classes.tags}>
          <bdi className={classes.name}>{name}</bdi>
          <Tag>{kindLabels[kind]}</Tag>
        </span>
        {problem !== null && <span className={classes.note}>{problem}</span>}
      </Cell>
      <Cell label="Leads to">
        <bdi className={`${classes.value} ${classes.several}`} title={target}>
          {target}
        </bdi>
      </Cell>
      <Cell label="Rules" isEmpty={usedBy.length === 0}>
        {usedBy.length === 0 ? (
          <span className={classes.note}>No rule notifies it</span>
        ) : (
          <bdi className={`${classes.value} ${classes.several}`} title={listNames(usedBy)}>
            {listNames(usedBy)}
          </bdi>
        )}
      </Cell>
      <Cell label="Last message" isEmpty={lastDelivery === null}>
        {lastDelivery === null ? (
          '–'
        ) : (
          <span className={classes.two}>
            <span className={classes.tags}>
              <Tag tone={lastDelivery.ok ? 'success' : 'failed'}>{lastDelivery.ok ? 'Sent' : 'Not sent'}</Tag>
              <RelativeTime at={lastDelivery.at} isPast />
            </span>
            <span className={classes.note}>
              <bdi>{lastDelivery.detail}</bdi>
            </span>
          </span>
        )}
      </Cell>
      <Cell isCorner align="right">
        {canManage && (
          <span className={classes.acts}>
            <Button
              variant="default"
              size="compact-sm"
              aria-label={`Send a test to ${name}`}
              loading={test.isPending}
              onClick={() => test.mutate()}
            >
              Send a test
            </Button>
            <Button
              variant="default"
              size="compact-sm"
              aria-label={`Edit ${name}`}
              onClick={() => onOpen({ destination })}
            >
              Edit
            </Button>
            <Button
              variant="default"
              size="compact-sm"
              aria-label={`Remove ${name}`}
              onClick={() => onOpen({ removed: destination })}
            >
              Remove
            </Button>
          </span>
        )}
      </Cell>
    </tr>
  );
}

function useTest(destinationId: string) {
  const queryClient = useQueryClient();
  return useAction({
    mutationFn: () => calls.testDestination({ destinationId }),
    onSuccess: ({ ok, detail, latencyMs }) => {
      if (ok) toastSuccess({ message: `The receiver took the test message in ${latencyMs} ms: ${detail}` });
      else toastError({ title: 'The test message was not sent', message: detail });
    },
    onError: (failed) => {
      trackError(failed, { action: 'testDestination', component: 'AlertsPage' });
      toastError({ title: 'The test message was not sent', message: toFailure(failed).details });
    },
    onSettled: () => refreshAlerts(queryClient),
  });
}
