import type {
  JobSchedule,
  MissedPolicy,
  OverlapPolicy,
  ScheduleSettings,
} from '@job-manager/shared/contract/schedules';
import { limits } from '@job-manager/shared/limits';
import { NativeSelect, Radio, Stack, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { trackError } from '../../api/errorTracking';
import { currentOf, toFailure } from '../../api/failure';
import { fieldErrors } from '../../api/field-errors';
import { definitionsQuery } from '../../api/job-queries';
import { useAction } from '../../api/useAction';
import { ChangedNote, differencesOf } from '../../components/ChangedNote';
import { ParametersEditor } from '../../components/parameters/ParametersEditor';
import { useParameterProblems } from '../../components/parameters/useParameterProblems';
import { formatParameters, type Values as Parameters, readParameters } from '../../components/parameters/values';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { toastSuccess } from '../../ui/toast';
import { calls, schedulesKey } from './calls';
import classes from './schedules.module.css';
import { IntervalField, TimingFields } from './TimingFields';

interface Props {
  /** The schedule to change, or to copy; null for a new one. */
  schedule: JobSchedule | null;
  isCopy: boolean;
  /** What a new one begins with. */
  start?: NewSchedule;
  onClose: () => void;
}

/** The job and the parameters that were set up elsewhere. */
export interface NewSchedule {
  jobName: string;
  parameters: Parameters;
  channel?: string;
  priority?: number;
}

interface Values {
  name: string;
  jobName: string;
  parameters: string;
  cron: string;
  /** Instead of the cron line, where a schedule has that. */
  everyS: string;
  timeZone: string;
  missed: MissedPolicy;
  overlap: OverlapPolicy;
  /** Empty for those of the job. */
  channel: string;
  priority: string;
}

const FIELDS = [
  ...(['name', 'jobName', 'parameters', 'cron', 'everyMs', 'timeZone', 'missed', 'overlap'] as const),
  ...(['channel', 'priority'] as const),
];
const missedChoices = [
  { value: 'once', label: 'One run for all of them', description: 'It runs as soon as a server is back.' },
  { value: 'skip', label: 'None', description: 'The next one comes at the next due time.' },
  { value: 'all', label: 'A run for each', description: 'They run one behind the other, and may be many.' },
];
const overlapChoices = [
  { value: 'skip', label: 'Skip the new one', description: 'The due time has no run, and the page shows why.' },
  { value: 'queue', label: 'Queue it behind', description: 'It starts when the one before it has ended.' },
  {
    value: 'cancel',
    label: 'Cancel the old one',
    description: 'The engine requests the old one to stop, and the new one starts.',
  },
];

/** Makes a schedule, or changes one. */
export function ScheduleDialog({ schedule, isCopy, start: given, onClose }: Props) {
  const edited = isCopy ? null : schedule;
  const [start] = useState(() => ({ ...valuesOf(schedule, isCopy), ...(given && asValues(given)) }));
  const [values, setValues] = useState(start);
  const [rev, setRev] = useState(edited?.rev);
  const set = (part: Partial<Values>) => setValues((now) => ({ ...now, ...part }));
  const { data: jobs = [] } = useQuery(definitionsQuery());
  const [isAttempted, setAttempted] = useState(false);
  const definition = jobs.find(({ name }) => name === values.jobName);
  const { problems } = useParameterProblems(definition, values.parameters, isAttempted);
  const { mutate, isPending, error } = useSave(edited, rev, { onSaved: onClose, onChanged: setRev });
  const theirs = error === null ? undefined : (currentOf(error) as Record<string, unknown> | undefined);
  const refused = error && theirs === undefined ? fieldErrors(toFailure(error), FIELDS) : null;
  const settings =
    problems.syntax === null ? settingsOf(values, readParameters(values.parameters), start.everyS !== '') : null;
  return (
    <ConfirmDialog
      title={edited ? `Change ${edited.name}` : 'New schedule'}
      confirm={edited ? 'Save' : 'Create schedule'}
      isPending={isPending}
      isLarge
      isChanged={values !== start}
      errorText={refused?.rest ?? null}
      onConfirm={() => {
        setAttempted(true);
        if (settings && problems.count === 0) mutate(settings);
      }}
      onClose={onClose}
    >
      {theirs && settings && <ChangedNote differences={differencesOf(theirs, withLane(settings))} />}
      <div className={classes.pair}>
        <TextInput
          label="Name"
          description="Lower case letters, digits and hyphens"
          value={values.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
          error={refused?.fields.name}
          data-autofocus
        />
        <NativeSelect
          label="Job"
          data={[{ value: '', label: 'Choose a job' }, ...jobs.map(({ name }) => ({ value: name, label: name }))]}
          value={values.jobName}
          onChange={(event) => set({ jobName: event.currentTarget.value })}
          error={refused?.fields.jobName}
        />
      </div>
      {start.everyS === '' ? (
        <TimingFields
          cron={values.cron}
          timeZone={values.timeZone}
          jobName={values.jobName}
          onCron={(cron) => set({ cron })}
          onTimeZone={(timeZone) => set({ timeZone })}
          errors={refused?.fields ?? {}}
        />
      ) : (
        <IntervalField
          everyS={values.everyS}
          jobName={values.jobName}
          onChange={(everyS) => set({ everyS })}
          error={refused?.fields.everyMs}
        />
      )}
      <ParametersEditor
        id="schedule-parameters"
        text={values.parameters}
        onChange={(parameters) => set({ parameters })}
        problems={problems}
        error={problems.syntax ?? refused?.fields.parameters}
      />
      <Choices
        label="Due times that passed while no server ran get"
        choices={missedChoices}
        value={values.missed}
        onChange={(missed) => set({ missed: missed as MissedPolicy })}
      />
      <Choices
        label="While a run of it has not ended"
        choices={overlapChoices}
        value={values.overlap}
        onChange={(overlap) => set({ overlap: overlap as OverlapPolicy })}
      />
      <div className={classes.pair}>
        <TextInput
          label="Channel"
          description="Empty for that of the job"
          placeholder={definition?.channel}
          maxLength={100}
          value={values.channel}
          onChange={(event) => set({ channel: event.currentTarget.value })}
          error={refused?.fields.channel}
        />
        <TextInput
          label="Priority"
          description="Lower runs first; empty for that of the job"
          type="number"
          placeholder={definition && String(definition.priority)}
          min={-limits.priority}
          max={limits.priority}
          value={values.priority}
          onChange={(event) => set({ priority: event.currentTarget.value })}
          error={refused?.fields.priority}
        />
      </div>
    </ConfirmDialog>
  );
}

/** A value left to the job is a difference too. */
const withLane = (settings: ScheduleSettings) => ({
  ...settings,
  channel: settings.channel ?? null,
  priority: settings.priority ?? null,
});

interface ChoicesProps {
  label: string;
  choices: readonly { value: string; label: string; description: string }[];
  value: string;
  onChange: (value: string) => void;
}

/** A choice of few, each with its consequence. */
const Choices = ({ label, choices, value, onChange }: ChoicesProps) => (
  <Radio.Group label={label} value={value} onChange={onChange}>
    <Stack gap={6} mt={6}>
      {choices.map((choice) => (
        <Radio key={choice.value} {...choice} />
      ))}
    </Stack>
  </Radio.Group>
);

interface SaveOptions {
  onSaved: () => void;
  onChanged: (rev: string) => void;
}

function useSave(edited: JobSchedule | null, rev: string | undefined, { onSaved, onChanged }: SaveOptions) {
  const queryClient = useQueryClient();
  return useAction({
    mutationFn: async (settings: ScheduleSettings): Promise<unknown> =>
      edited ? calls.changeSchedule({ scheduleId: edited.id, ...settings, rev }) : calls.createSchedule(settings),
    onSuccess: (_answer, { name }) => {
      toastSuccess({ message: edited ? `Schedule ${name} is changed.` : `Schedule ${name} is on.` });
      onSaved();
    },
    onError: (failed) => {
      const current = currentOf(failed) as JobSchedule | undefined;
      if (current) onChanged(current.rev);
      else trackError(failed, { action: 'saveSchedule', component: 'SchedulesPage' });
    },
    onSettled: () => void queryClient.invalidateQueries({ queryKey: schedulesKey() }),
  });
}

const ownZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;

const valuesOf = (schedule: JobSchedule | null, isCopy: boolean): Values => ({
  name: schedule === null ? '' : isCopy ? `${schedule.name}-copy` : schedule.name,
  jobName: schedule?.jobName ?? '',
  parameters: formatParameters(schedule?.parameters ?? {}),
  cron: schedule?.cron ?? '0 3 * * *',
  everyS: schedule?.everyMs == null ? '' : String(schedule.everyMs / 1_000),
  timeZone: schedule?.timeZone ?? ownZone,
  missed: schedule?.missed ?? 'once',
  overlap: schedule?.overlap ?? 'skip',
  channel: schedule?.channel ?? '',
  priority: schedule?.priority?.toString() ?? '',
});

const asValues = ({ jobName, parameters, channel = '', priority }: NewSchedule) => ({
  jobName,
  parameters: formatParameters(parameters),
  channel,
  priority: priority?.toString() ?? '',
});

function settingsOf(values: Values, parameters: Parameters, hasInterval: boolean): ScheduleSettings {
  const { name, jobName, cron, everyS, timeZone, missed, overlap, channel, priority } = values;
  const timing = hasInterval ? { everyMs: Math.round(Number(everyS) * 1_000) } : { cron: cron.trim() };
  return {
    ...{ name: name.trim(), jobName, parameters, ...timing, timeZone: timeZone.trim(), missed, overlap },
    ...(channel.trim() !== '' && { channel: channel.trim() }),
    ...(priority.trim() !== '' && { priority: Number(priority) }),
  };
}
