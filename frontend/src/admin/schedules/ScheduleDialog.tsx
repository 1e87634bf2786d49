import type {
  JobSchedule,
  MissedPolicy,
  OverlapPolicy,
  ScheduleSettings,
} from '@job-manager/shared/contract/schedules';
import { NativeSelect, TextInput } from '@mantine/core';
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
import { TimingFields } from './TimingFields';

interface Props {
  /** What is changed, or copied; null for a new one from nothing. */
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
}

interface Values {
  name: string;
  jobName: string;
  parameters: string;
  cron: string;
  /** Instead of the cron line; empty for that. */
  everyS: string;
  timeZone: string;
  missed: MissedPolicy;
  overlap: OverlapPolicy;
}

const FIELDS = ['name', 'jobName', 'parameters', 'cron', 'everyMs', 'timeZone', 'missed', 'overlap'] as const;
const missedChoices = [
  { value: 'once', label: 'One run for all of them' },
  { value: 'skip', label: 'None' },
  { value: 'all', label: 'A run for each, one behind the other' },
];
const overlapChoices = [
  { value: 'skip', label: 'Skip the new one' },
  { value: 'queue', label: 'Queue it behind' },
  { value: 'cancel', label: 'Cancel the old one' },
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
  const settings = problems.syntax === null ? settingsOf(values, readParameters(values.parameters)) : null;
  return (
    <ConfirmDialog
      title={edited ? `Change ${edited.name}` : 'New schedule'}
      confirm={edited ? 'Save' : 'Create schedule'}
      isPending={isPending}
      isChanged={values !== start}
      fault={refused?.rest ?? null}
      onConfirm={() => {
        setAttempted(true);
        if (settings && problems.count === 0) mutate(settings);
      }}
      onClose={onClose}
    >
      {theirs && settings && <ChangedNote differences={differencesOf(theirs, { ...settings })} />}
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
      <ParametersEditor
        id="schedule-parameters"
        text={values.parameters}
        onChange={(parameters) => set({ parameters })}
        problems={problems}
        error={problems.syntax ?? refused?.fields.parameters}
      />
      {values.everyS === '' ? (
        <TimingFields
          cron={values.cron}
          timeZone={values.timeZone}
          jobName={values.jobName}
          onCron={(cron) => set({ cron })}
          onTimeZone={(timeZone) => set({ timeZone })}
          errors={refused?.fields ?? {}}
        />
      ) : (
        <TextInput
          label="Every so many seconds"
          type="number"
          min={1}
          value={values.everyS}
          onChange={(event) => set({ everyS: event.currentTarget.value })}
          error={refused?.fields.everyMs}
        />
      )}
      <NativeSelect
        label="Due times that passed while no server ran get"
        data={missedChoices}
        value={values.missed}
        onChange={(event) => set({ missed: event.currentTarget.value as MissedPolicy })}
      />
      <NativeSelect
        label="While a run of it has not ended"
        data={overlapChoices}
        value={values.overlap}
        onChange={(event) => set({ overlap: event.currentTarget.value as OverlapPolicy })}
      />
    </ConfirmDialog>
  );
}

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
});

const asValues = ({ jobName, parameters }: NewSchedule) => ({ jobName, parameters: formatParameters(parameters) });

function settingsOf(values: Values, parameters: Parameters): ScheduleSettings {
  const { name, jobName, cron, everyS, timeZone, missed, overlap } = values;
  const timing = everyS === '' ? { cron: cron.trim() } : { everyMs: Number(everyS) * 1_000 };
  return { name: name.trim(), jobName, parameters, ...timing, timeZone: timeZone.trim(), missed, overlap };
}
