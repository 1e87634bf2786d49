import { alertKindOf, alertRuleKinds } from '@job-manager/shared/alert-rules';
import type { AlertRule } from '@job-manager/shared/contract/alerts/rules';
import { Button, Modal, Switch } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useState } from 'react';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { useCan } from '../../api/session';
import { useAction } from '../../api/useAction';
import { api, calls, refreshAlerts } from '../../components/alerts/calls';
import { severityAppearance } from '../../components/alerts/severity';
import { Pending } from '../../components/Pending';
import { formatDuration } from '../../lib/duration';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { Section } from '../../ui/Section';
import { Cell, Table } from '../../ui/Table';
import { Tag } from '../../ui/Tag';
import { toastError } from '../../ui/toast';
import { useReturnFocus } from '../../ui/useReturnFocus';
import classes from './alerts.module.css';
import { RemovalDialog } from './RemovalDialog';
import { RuleDialog } from './RuleDialog';
import { givenOf, type RulePreset } from './rule-values';

const columns = [
  { label: 'On' },
  { label: 'Rule' },
  { label: 'About' },
  { label: 'Severity' },
  { label: 'Notifies' },
  { label: 'Actions', isHidden: true },
] as const;

type Opened = { rule: AlertRule | null } | { removed: AlertRule } | null;

/** When incidents open, and who is notified. */
export function RulesTab() {
  const query = useQuery(api.rules.queryOptions({ select: ({ rules }) => rules }));
  const destinations = useQuery(api.destinations.queryOptions({ select: (listed) => listed.destinations }));
  const canManage = useCan('manageAlerts');
  const [opened, open] = useState<Opened>(null);
  const [preset, dropPreset] = usePreset(canManage);
  const close = () => {
    open(null);
    dropPreset();
  };
  const removed = opened !== null && 'removed' in opened ? opened.removed : null;
  const edited = opened !== null && 'rule' in opened ? opened.rule : preset && null;
  useReturnFocus(opened !== null || preset !== undefined);
  const nameOf = (id: string) => destinations.data?.find((destination) => destination.id === id)?.name ?? '…';
  return (
    <Section
      title="Rules"
      isTitleHidden
      actions={
        canManage && (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => open({ rule: null })}>
            Create rule
          </Button>
        )
      }
    >
      {query.data === undefined ? (
        <Pending query={query} what="Rules" rows={4} />
      ) : (
        <Table caption="Rules" columns={columns} stackOn="tablet">
          {query.data.map((rule) => (
            <RuleRow key={rule.id} rule={rule} nameOf={nameOf} canManage={canManage} onOpen={open} />
          ))}
        </Table>
      )}
      <DialogBoundary opened={[opened, preset]} onClose={close}>
        {edited !== undefined &&
          (destinations.data ? (
            <RuleDialog rule={edited} preset={preset} destinations={destinations.data} onClose={close} />
          ) : (
            <Modal opened onClose={close} title="Rule" returnFocus={false} centered>
              <Pending query={destinations} what="Destinations" rows={3} />
            </Modal>
          ))}
        {removed && (
          <RemovalDialog
            noun="rule"
            name={removed.name}
            remove={() => calls.removeRule({ ruleId: removed.id })}
            restore={() => calls.createRule(givenOf(removed))}
            onClose={close}
          >
            Its open incidents end, and those that ended stay in the list. Switching it off keeps the rule.
          </RemovalDialog>
        )}
      </DialogBoundary>
    </Section>
  );
}

const place = {
  newRule: parseAsStringLiteral(alertRuleKinds),
  job: parseAsString,
  channel: parseAsString,
};

/** Other pages lead to a new rule: `?newRule=runFailed&job=mail` opens it with its fields filled in. */
function usePreset(canManage: boolean): [RulePreset | undefined, () => void] {
  const [{ newRule: kind, job, channel }, set] = useQueryStates(place);
  const preset = canManage && kind !== null ? { kind, job, channel } : undefined;
  const drop = () => {
    if (kind !== null) void set({ newRule: null, job: null, channel: null });
  };
  return [preset, drop];
}

interface RowProps {
  rule: AlertRule;
  nameOf: (destinationId: string) => string;
  canManage: boolean;
  onOpen: (opened: Opened) => void;
}

function RuleRow({ rule, nameOf, canManage, onOpen }: RowProps) {
  const queryClient = useQueryClient();
  const toggle = useAction({
    mutationFn: (isOn: boolean) => calls.changeRule({ ...givenOf(rule), ruleId: rule.id, rev: rule.rev, isOn }),
    onError: (failed) => {
      trackError(failed, { action: 'switchRule', component: 'AlertsPage' });
      toastError({ title: 'The rule was not changed', message: toFailure(failed).details });
    },
    onSettled: () => refreshAlerts(queryClient),
  });
  return (
    <tr>
      <Cell label="On">
        <Switch
          aria-label={`${rule.name} is on`}
          checked={toggle.isPending ? toggle.variables : rule.isOn}
          disabled={!canManage}
          onChange={(event) => toggle.mutate(event.currentTarget.checked)}
        />
      </Cell>
      <Cell isHeader>
        <bdi className={classes.name}>{rule.name}</bdi>
        <span className={classes.cause}>{describeRule(rule)}</span>
        {rule.problem !== null && (
          <span className={classes.problem}>
            <Tag tone="failed">Could not be judged</Tag> {rule.problem}
          </span>
        )}
      </Cell>
      <Cell label="About">
        <bdi className={classes.value}>{subjectOf(rule)}</bdi>
      </Cell>
      <Cell label="Severity">
        <Tag tone={severityAppearance[rule.severity].tone}>{severityAppearance[rule.severity].label}</Tag>
      </Cell>
      <Cell label="Notifies">
        {rule.destinationIds.length === 0 ? (
          <span className={classes.note}>The panel alone</span>
        ) : (
          <bdi className={`${classes.value} ${classes.several}`}>{rule.destinationIds.map(nameOf).join(', ')}</bdi>
        )}
      </Cell>
      <Cell isCorner align="right">
        {canManage && (
          <span className={classes.acts}>
            <Button
              variant="default"
              size="compact-sm"
              aria-label={`Edit ${rule.name}`}
              onClick={() => onOpen({ rule })}
            >
              Edit
            </Button>
            {!rule.isReady && (
              <Button
                variant="default"
                size="compact-sm"
                aria-label={`Remove ${rule.name}`}
                onClick={() => onOpen({ removed: rule })}
              >
                Remove
              </Button>
            )}
          </span>
        )}
      </Cell>
    </tr>
  );
}

function describeRule({ kind, threshold, windowMs }: AlertRule): string {
  const { label, threshold: limit, windowMs: span } = alertKindOf(kind);
  const figure = threshold ?? limit?.fallback ?? null;
  const parts = [label];
  if (limit && figure !== null) parts.push(`from ${figure.toLocaleString('en')} ${limit.unit}`);
  if (span) parts.push(`within ${formatDuration(windowMs ?? span.fallback)}`);
  return parts.join(', ');
}

function subjectOf({ kind, jobs, onlyCritical, channels }: AlertRule): string {
  const { subject } = alertKindOf(kind);
  if (subject === 'all') return 'The whole installation';
  if (subject === 'channels') return channels.length === 0 ? 'All channels' : channels.join(', ');
  const which = jobs.length === 0 ? 'all jobs' : jobs.join(', ');
  return onlyCritical ? `Critical ones of ${which}` : which.replace(/^all/, 'All');
}
