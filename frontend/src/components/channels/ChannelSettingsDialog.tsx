import type { ChannelSettings, JobChannel } from '@job-manager/shared/contract/channels';
import { TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { trackError } from '../../api/errorTracking';
import { currentOf, toFailure } from '../../api/failure';
import { fieldErrors } from '../../api/field-errors';
import { useAction } from '../../api/useAction';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { toastError, toastSuccess } from '../../ui/toast';
import { ChangedNote, changesOf, differencesOf } from '../ChangedNote';
import classes from './ChannelSettingsDialog.module.css';
import { calls, channelsKey } from './calls';
import { describeLimits } from './describe-limits';

interface Props {
  /** Null for one that is yet to be named. */
  channel: JobChannel | null;
  onClose: () => void;
}

/** Texts as they stand in the fields; an empty one is no limit. */
interface Values {
  name: string;
  concurrency: string;
  concurrencyPerRunner: string;
  rateLimit: string;
  ratePeriodS: string;
  weight: string;
  targetWaitS: string;
}

/** As the fields are called. */
const names = {
  concurrency: 'runs at once',
  concurrencyPerRunner: 'at once in one runner',
  rateLimit: 'starts',
  ratePeriodMs: 'within',
  targetWaitMs: 'target wait',
};

const FIELDS = ['concurrency', 'concurrencyPerRunner', 'rateLimit', 'ratePeriodMs', 'weight', 'targetWaitMs'] as const;

/** Sets limits, weight and target of a channel. */
export function ChannelSettingsDialog({ channel, onClose }: Props) {
  const [rev, setRev] = useState(channel?.rev);
  const form = useForm<Values>({ initialValues: valuesOf(channel) });
  const queryClient = useQueryClient();
  const undo = useUndo(channel);
  const { mutate, isPending, error } = useAction({
    mutationFn: () => calls.setChannel({ channel: form.values.name.trim(), ...settingsOf(form.values), rev }),
    onSuccess: ({ name, channel: saved }) => {
      const offer = channel && saved ? { label: 'Undo', act: () => undo(saved.rev) } : undefined;
      const changes = channel && saved ? changesOf({ ...channel }, { ...settingsOf(form.values) }, names) : [];
      const what = changes.length > 0 ? `: ${changes.join(', ')}` : '';
      toastSuccess({ message: `The settings of channel ${name} hold from now on${what}.`, offer });
      onClose();
    },
    onError: (failed) => {
      const current = currentOf(failed) as JobChannel | undefined;
      if (current) setRev(current.rev);
      else trackError(failed, { action: 'setChannel', component: 'ChannelsPage' });
    },
    onSettled: () => void queryClient.invalidateQueries({ queryKey: channelsKey() }),
  });
  const theirs = error === null ? undefined : (currentOf(error) as Record<string, unknown> | undefined);
  const refused = error && theirs === undefined ? fieldErrors(toFailure(error), ['channel', ...FIELDS]) : null;
  return (
    <ConfirmDialog
      title={channel === null ? 'Channel settings' : `Settings of channel ${channel.name}`}
      confirm="Save"
      isPending={isPending}
      isChanged={form.isDirty()}
      errorText={refused?.rest ?? null}
      onConfirm={() => mutate()}
      onClose={onClose}
    >
      {theirs && <ChangedNote differences={differencesOf(theirs, { ...settingsOf(form.values) }, names)} />}
      {channel === null && (
        <TextInput
          label="Channel"
          description="Lower case letters, digits and hyphens"
          data-autofocus
          {...form.getInputProps('name')}
          error={refused?.fields.channel}
        />
      )}
      <div className={classes.fields}>
        <Field
          label="Runs at once"
          note={channel && `Now ${channel.running}`}
          field={form.getInputProps('concurrency')}
          error={refused?.fields.concurrency}
        />
        <Field
          label="At once in one runner"
          field={form.getInputProps('concurrencyPerRunner')}
          error={refused?.fields.concurrencyPerRunner}
        />
        <Field
          label="Starts"
          note={channel?.recentStarts != null ? `Now ${channel.recentStarts}` : null}
          field={form.getInputProps('rateLimit')}
          error={refused?.fields.rateLimit}
        />
        <Field
          label="within so many seconds"
          field={form.getInputProps('ratePeriodS')}
          error={refused?.fields.ratePeriodMs}
        />
        <Field label="Weight" field={form.getInputProps('weight')} error={refused?.fields.weight} />
        <Field
          label="Target wait, seconds"
          note="5 minutes by default"
          field={form.getInputProps('targetWaitS')}
          error={refused?.fields.targetWaitMs}
        />
      </div>
      <p>{describeLimits(settingsOf(form.values), channel?.running ?? 0)}</p>
    </ConfirmDialog>
  );
}

/** Sets what was set before, unless another change came in between. */
function useUndo(before: JobChannel | null): (rev: number) => void {
  const queryClient = useQueryClient();
  const { mutate } = useAction({
    mutationFn: async (rev: number) => {
      if (before) await calls.setChannel({ channel: before.name, ...settingsOf(valuesOf(before)), rev });
    },
    onSuccess: () => void toastSuccess({ message: `The settings of channel ${before?.name} are as before.` }),
    onError: (failed) => {
      trackError(failed, { action: 'undoSetChannel', component: 'ChannelsPage' });
      toastError({ title: 'The settings stay as they are', message: toFailure(failed).details });
    },
    onSettled: () => void queryClient.invalidateQueries({ queryKey: channelsKey() }),
  });
  return mutate;
}

interface FieldProps {
  label: string;
  note?: string | null;
  field: object;
  error?: string;
}

const Field = ({ label, note, field, error }: FieldProps) => (
  <TextInput label={label} placeholder="No limit" inputMode="numeric" description={note} {...field} error={error} />
);

const text = (value: number | null | undefined, unit = 1): string => (value == null ? '' : String(value / unit));

const valuesOf = (channel: JobChannel | null): Values => ({
  name: channel?.name ?? '',
  concurrency: text(channel?.concurrency),
  concurrencyPerRunner: text(channel?.concurrencyPerRunner),
  rateLimit: text(channel?.rateLimit),
  ratePeriodS: text(channel?.ratePeriodMs, 1_000),
  weight: text(channel?.weight ?? 1),
  targetWaitS: text(channel?.targetWaitMs, 1_000),
});

const read = (value: string, unit = 1): number | null => (value.trim() === '' ? null : Number(value) * unit);

function settingsOf(values: Values): ChannelSettings {
  return {
    concurrency: read(values.concurrency),
    concurrencyPerRunner: read(values.concurrencyPerRunner),
    rateLimit: read(values.rateLimit),
    ratePeriodMs: read(values.ratePeriodS, 1_000),
    weight: read(values.weight) ?? 1,
    targetWaitMs: read(values.targetWaitS, 1_000),
  };
}
