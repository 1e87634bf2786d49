import type { JobSettings, JobSettingsChange } from '@job-manager/shared/contract/job-overrides';
import type { JobDefinition } from '@job-manager/shared/contract/run';
import { Button, Checkbox, Group, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { trackError } from '../../api/errorTracking';
import { currentOf, toFailure } from '../../api/failure';
import { fieldErrors } from '../../api/field-errors';
import { useAction } from '../../api/useAction';
import { ChangedNote, differencesOf } from '../../components/ChangedNote';
import { formatDuration } from '../../lib/duration';
import { Fault } from '../../ui/Fault';
import { toastSuccess } from '../../ui/toast';
import { jobSettings, jobsKey } from './calls';
import classes from './definitions.module.css';

interface Props {
  job: JobDefinition & { settings: JobSettings };
  /** Who may not change them only reads them. */
  isReadOnly: boolean;
}

/** Texts as they stand in the fields; an empty one is as the code says. */
interface Values {
  channel: string;
  priority: string;
  maxAttempts: string;
  timeoutS: string;
  slowAfterS: string;
  backoffS: string;
  isCritical: boolean;
}

const FIELDS = ['channel', 'priority', 'maxAttempts', 'timeoutMs', 'slowAfterMs', 'retry'] as const;

/** What operators set of a job instead of what its code says, beside that. */
export function JobSettingsForm({ job, isReadOnly }: Props) {
  const { code, settings } = job;
  const [rev, setRev] = useState(settings.rev);
  const form = useForm<Values>({ initialValues: valuesOf(settings) });
  const change = changeOf(form.values, settings);
  const { mutate, isPending, error } = useSave(job.name, { onSaved: (saved) => setRev(saved.rev), onChanged: setRev });
  const theirs = error === null ? undefined : (currentOf(error) as JobSettings | undefined);
  const refused = error && theirs === undefined ? fieldErrors(toFailure(error), FIELDS) : null;
  const field = (name: keyof Omit<Values, 'isCritical'>, label: string, inCode: string, fault?: string) => (
    <TextInput
      label={label}
      description={`In code: ${inCode}`}
      placeholder="As in code"
      readOnly={isReadOnly}
      {...form.getInputProps(name)}
      error={fault}
    />
  );
  return (
    <form
      noValidate
      className={classes.fields}
      onSubmit={(event) => {
        event.preventDefault();
        mutate({ ...change, rev });
      }}
    >
      {theirs && <ChangedNote differences={differencesOf({ ...theirs }, { ...change })} />}
      {field('channel', 'Channel', code.channel, refused?.fields.channel)}
      {field('priority', 'Priority', String(code.priority), refused?.fields.priority)}
      {field('maxAttempts', 'Attempts', String(code.maxAttempts), refused?.fields.maxAttempts)}
      {field('backoffS', 'First retry within, seconds', formatDuration(code.retry.backoffMs), refused?.fields.retry)}
      {field(
        'timeoutS',
        'Timeout of an attempt, seconds; 0 for none',
        code.timeoutMs === null ? 'none' : formatDuration(code.timeoutMs),
        refused?.fields.timeoutMs,
      )}
      {field('slowAfterS', 'Slow after, seconds', formatDuration(code.slowAfterMs), refused?.fields.slowAfterMs)}
      <Checkbox
        label="Critical: every failure of it matters"
        disabled={isReadOnly}
        {...form.getInputProps('isCritical', { type: 'checkbox' })}
      />
      {refused?.rest && <Fault>{refused.rest}</Fault>}
      {!isReadOnly && (
        <Group gap="xs">
          <Button type="submit" loading={isPending}>
            Save settings
          </Button>
          <Button variant="default" onClick={() => form.setValues(valuesOf(NOTHING))}>
            As in code
          </Button>
        </Group>
      )}
    </form>
  );
}

interface SaveOptions {
  onSaved: (settings: JobSettings) => void;
  /** Another change came in between, and made it this `rev`. */
  onChanged: (rev: number) => void;
}

function useSave(jobName: string, { onSaved, onChanged }: SaveOptions) {
  const queryClient = useQueryClient();
  return useAction({
    mutationFn: (change: JobSettingsChange & { rev: number }) => jobSettings.set({ jobName, ...change }),
    onSuccess: ({ settings }) => {
      if (settings) onSaved(settings);
      toastSuccess({ message: `The settings of ${jobName} hold for runs from now on.` });
    },
    onError: (failed) => {
      const current = currentOf(failed) as JobSettings | undefined;
      if (current) onChanged(current.rev);
      else trackError(failed, { action: 'setJob', component: 'DefinitionPage' });
    },
    onSettled: () => void queryClient.invalidateQueries({ queryKey: jobsKey() }),
  });
}

type Settable = Pick<JobSettings, (typeof FIELDS)[number] | 'isCritical'>;
const NOTHING: Settable = {
  channel: null,
  priority: null,
  maxAttempts: null,
  timeoutMs: null,
  slowAfterMs: null,
  retry: null,
  isCritical: false,
};

const text = (value: number | null | undefined, unit = 1): string => (value == null ? '' : String(value / unit));

const valuesOf = (settings: Settable): Values => ({
  channel: settings.channel ?? '',
  priority: text(settings.priority),
  maxAttempts: text(settings.maxAttempts),
  timeoutS: text(settings.timeoutMs, 1_000),
  slowAfterS: text(settings.slowAfterMs, 1_000),
  backoffS: text(settings.retry?.backoffMs, 1_000),
  isCritical: settings.isCritical,
});

const read = (value: string, unit = 1): number | null => (value.trim() === '' ? null : Number(value) * unit);

function changeOf(values: Values, settings: JobSettings): JobSettingsChange {
  const backoffMs = read(values.backoffS, 1_000);
  return {
    channel: values.channel.trim() || null,
    priority: read(values.priority),
    maxAttempts: read(values.maxAttempts),
    timeoutMs: read(values.timeoutS, 1_000),
    slowAfterMs: read(values.slowAfterS, 1_000),
    retry: backoffMs === null ? null : { factor: 2, maxBackoffMs: 3_600_000, ...settings.retry, backoffMs },
    isCritical: values.isCritical,
  };
}
