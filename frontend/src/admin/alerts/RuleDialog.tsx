import { type AlertRuleKind, alertKindOf, alertRuleKinds } from '@job-manager/shared/alert-rules';
import type { AlertDestination } from '@job-manager/shared/contract/alerts/destinations';
import type { AlertRule, GivenAlertRule } from '@job-manager/shared/contract/alerts/rules';
import { Button, Checkbox, NativeSelect, TagsInput, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { trackError } from '../../api/errorTracking';
import { currentOf, toFailure } from '../../api/failure';
import { fieldErrors } from '../../api/field-errors';
import { definitionsQuery } from '../../api/job-queries';
import { useAction } from '../../api/useAction';
import { calls, refreshAlerts } from '../../components/alerts/calls';
import { ChangedNote, differencesOf } from '../../components/ChangedNote';
import { ExactTime } from '../../components/RelativeTime';
import { ClockField } from '../../ui/ClockField';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { ErrorMessage } from '../../ui/ErrorMessage';
import { toastSuccess } from '../../ui/toast';
import classes from './alerts.module.css';
import { givenOf, listOf, numberProblems, type RulePreset, type RuleValues, ruleOf, valuesOf } from './rule-values';

interface Props {
  /** Null for a new one. */
  rule: AlertRule | null;
  /** What a new one begins with. */
  preset?: RulePreset;
  destinations: readonly AlertDestination[];
  onClose: () => void;
}

const kinds = alertRuleKinds.map((value) => ({ value, label: alertKindOf(value).label }));
const severities = [
  { value: 'WARNING', label: 'Warning' },
  { value: 'CRITICAL', label: 'Critical' },
];
const FIELDS = [
  ...(['name', 'kind', 'jobs', 'channels', 'threshold', 'windowMs', 'severity'] as const),
  ...(['destinationIds', 'remindMs', 'quiet'] as const),
];

/** Creates a rule, or changes one, and shows what it would have done. */
export function RuleDialog({ rule, preset, destinations, onClose }: Props) {
  const [start] = useState(() => valuesOf(rule, preset));
  const [values, setValues] = useState(start);
  const [rev, setRev] = useState(rule?.rev);
  const set = (part: Partial<RuleValues>) => setValues((now) => ({ ...now, ...part }));
  const timeZone = rule?.quiet?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const given = ruleOf(values, timeZone);
  const { mutate, isPending, error } = useSave(rule, rev, { onSaved: onClose, onChanged: setRev });
  const theirs = error === null ? undefined : (currentOf(error) as AlertRule | undefined);
  const refused = error && theirs === undefined ? fieldErrors(toFailure(error), FIELDS) : null;
  const fieldProblems = { ...refused?.fields, ...present(numberProblems(values)) };
  return (
    <ConfirmDialog
      title={rule ? `Change ${rule.name}` : 'New rule'}
      confirm={rule ? 'Save' : 'Create rule'}
      isLarge
      isPending={isPending}
      isChanged={values !== start}
      errorText={refused?.rest ?? null}
      onConfirm={() => {
        if (Object.values(numberProblems(values)).every((problem) => problem === undefined)) mutate(given);
      }}
      onClose={onClose}
    >
      {theirs && <ChangedNote differences={differencesOf({ ...givenOf(theirs) }, { ...given })} />}
      <Condition values={values} set={set} fieldProblems={fieldProblems} isNew={rule === null} />
      <Subject values={values} set={set} fieldProblems={fieldProblems} />
      <Notifying
        values={values}
        set={set}
        fieldProblems={fieldProblems}
        destinations={destinations}
        timeZone={timeZone}
      />
      <Trial given={given} />
    </ConfirmDialog>
  );
}

const present = <Value,>(problems: Record<string, Value | undefined>) =>
  Object.fromEntries(Object.entries(problems).filter(([, problem]) => problem !== undefined)) as Record<string, Value>;

interface FieldsProps {
  values: RuleValues;
  set: (part: Partial<RuleValues>) => void;
  fieldProblems: Partial<Record<(typeof FIELDS)[number], string>>;
}

function Condition({ values, set, fieldProblems, isNew }: FieldsProps & { isNew: boolean }) {
  const { description, threshold, windowMs } = alertKindOf(values.kind);
  return (
    <>
      <div className={classes.pair}>
        <TextInput
          label="Name"
          maxLength={100}
          value={values.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
          error={fieldProblems.name}
          data-autofocus
        />
        <NativeSelect
          label="Kind"
          data={kinds}
          value={values.kind}
          disabled={!isNew}
          onChange={(event) =>
            set({ kind: event.currentTarget.value as AlertRuleKind, threshold: '', windowMinutes: '' })
          }
          error={fieldProblems.kind}
        />
      </div>
      <p className={classes.note}>{description}</p>
      <div className={classes.pair}>
        {threshold && (
          <TextInput
            label={`Threshold, ${threshold.unit}`}
            inputMode="decimal"
            placeholder={threshold.fallback === null ? 'That of the channel' : String(threshold.fallback)}
            value={values.threshold}
            onChange={(event) => set({ threshold: event.currentTarget.value })}
            error={fieldProblems.threshold}
          />
        )}
        {windowMs && (
          <TextInput
            label="Window, minutes"
            inputMode="numeric"
            placeholder={String(windowMs.fallback / 60_000)}
            value={values.windowMinutes}
            onChange={(event) => set({ windowMinutes: event.currentTarget.value })}
            error={fieldProblems.windowMs}
          />
        )}
        <NativeSelect
          label="Severity"
          data={severities}
          value={values.severity}
          onChange={(event) => set({ severity: event.currentTarget.value as RuleValues['severity'] })}
          error={fieldProblems.severity}
        />
      </div>
    </>
  );
}

/** Names hold no spaces, so a space ends one as Enter does. */
const NAMES = { splitChars: [',', ' '], clearable: true };

function Subject({ values, set, fieldProblems }: FieldsProps) {
  const { data: definitions = [] } = useQuery(definitionsQuery());
  const names = definitions.map(({ name }) => name);
  const { subject } = alertKindOf(values.kind);
  if (subject === 'all') return null;
  if (subject === 'channels')
    return (
      <TagsInput
        label="Channels"
        description="All channels where it is empty"
        {...NAMES}
        value={listOf(values.channels)}
        onChange={(channels) => set({ channels: channels.join(', ') })}
        error={fieldProblems.channels}
      />
    );
  return (
    <>
      <TagsInput
        label="Jobs"
        description="Names, or beginnings such as media-*; all jobs where it is empty"
        {...NAMES}
        data={names}
        value={listOf(values.jobs)}
        onChange={(jobs) => set({ jobs: jobs.join(', ') })}
        error={fieldProblems.jobs}
      />
      <Checkbox
        label="Only jobs that are marked as critical in their settings"
        checked={values.onlyCritical}
        onChange={(event) => set({ onlyCritical: event.currentTarget.checked })}
      />
    </>
  );
}

interface NotifyingProps extends FieldsProps {
  destinations: readonly AlertDestination[];
  timeZone: string;
}

function Notifying({ values, set, fieldProblems, destinations, timeZone }: NotifyingProps) {
  return (
    <>
      {destinations.length === 0 ? (
        <p className={classes.note}>There is no destination yet, so its incidents stand in the panel alone.</p>
      ) : (
        <Checkbox.Group
          label="Notifies"
          value={values.destinationIds}
          onChange={(destinationIds) => set({ destinationIds })}
          error={fieldProblems.destinationIds}
        >
          <div className={classes.tags}>
            {destinations.map(({ id, name }) => (
              <Checkbox key={id} value={id} label={name} />
            ))}
          </div>
        </Checkbox.Group>
      )}
      <div className={classes.pair}>
        <TextInput
          label="Remind every, hours"
          description="While no person acknowledged it; never where it is empty"
          inputMode="decimal"
          value={values.remindHours}
          onChange={(event) => set({ remindHours: event.currentTarget.value })}
          error={fieldProblems.remindMs}
        />
        <Checkbox
          label={`Quiet hours (${timeZone})`}
          checked={values.isQuiet}
          onChange={(event) => set({ isQuiet: event.currentTarget.checked })}
        />
      </div>
      {values.isQuiet && (
        <div className={classes.pair}>
          <ClockField
            label="From"
            value={values.quietFrom}
            onChange={(quietFrom) => set({ quietFrom })}
            error={fieldProblems.quiet}
          />
          <ClockField
            label="To"
            description="Messages wait until then"
            value={values.quietTo}
            onChange={(quietTo) => set({ quietTo })}
          />
        </div>
      )}
      <Checkbox label="On" checked={values.isOn} onChange={(event) => set({ isOn: event.currentTarget.checked })} />
    </>
  );
}

function Trial({ given }: { given: GivenAlertRule }) {
  const trial = useMutation({
    // A name is not needed to try it.
    mutationFn: () => calls.tryRule({ ...given, name: given.name.trim() || 'trial' }),
    onError: (failed) => trackError(failed, { action: 'tryRule', component: 'AlertsPage' }),
  });
  return (
    <div>
      <Button variant="default" loading={trial.isPending} onClick={() => trial.mutate()}>
        Try on the last seven days
      </Button>
      <div role="status">{trial.data && <TrialResult {...trial.data} />}</div>
      {trial.error && <ErrorMessage>{toFailure(trial.error).details}</ErrorMessage>}
    </div>
  );
}

const SHOWN = 10;

function TrialResult({ total, incidents }: Awaited<ReturnType<typeof calls.tryRule>>): ReactNode {
  if (total === null)
    return <p className={classes.note}>Too little history of this is kept to show what it would have done.</p>;
  return (
    <>
      <p className={classes.note}>
        Would have opened {total.toLocaleString('en')} {total === 1 ? 'incident' : 'incidents'} in the last seven days.
      </p>
      {total > 0 && (
        <ul className={classes.trial}>
          {incidents.slice(0, SHOWN).map(({ subject, from, to }) => (
            <li key={`${subject} ${from}`}>
              <bdi>{subject}</bdi>: <ExactTime at={from} /> – {to === null ? 'still open' : <ExactTime at={to} />}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function useSave(
  rule: AlertRule | null,
  rev: number | undefined,
  { onSaved, onChanged }: { onSaved: () => void; onChanged: (rev: number) => void },
) {
  const queryClient = useQueryClient();
  return useAction({
    mutationFn: (given: GivenAlertRule) =>
      rule && rev !== undefined ? calls.changeRule({ ...given, ruleId: rule.id, rev }) : calls.createRule(given),
    onSuccess: ({ rule: saved }) => {
      toastSuccess({ message: `The rule “${saved.name}” is saved.` });
      onSaved();
    },
    onError: (failed) => {
      const current = currentOf(failed) as AlertRule | undefined;
      if (current) onChanged(current.rev);
      trackError(failed, { action: 'saveRule', component: 'AlertsPage' });
    },
    onSettled: () => refreshAlerts(queryClient),
  });
}
