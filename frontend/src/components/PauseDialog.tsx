import { limits } from '@job-manager/shared/limits';
import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { localInput } from '../lib/local-time';
import { dayAfter, readLocalInput } from '../lib/read-time';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { TimeField, timeProblem, typedTime } from './TimeField';

export interface Pause {
  reason?: string;
  resumeAt?: string;
}

interface Props {
  /** The subject, as the title has it: `channel mail`. */
  what: string;
  /** What a pause means for it. */
  children: string;
  isPending: boolean;
  errorText: string | null;
  onPause: (pause: Pause) => void;
  onClose: () => void;
}

const MINUTE_MS = 60_000;
const ends = [
  { value: 'open', label: 'Until it is resumed' },
  { value: '15', label: 'For 15 minutes' },
  { value: '60', label: 'For an hour' },
  { value: 'tomorrow', label: 'Until tomorrow, 8:00' },
  { value: 'custom', label: 'Until a time of your choice' },
];

/** Takes why something is paused, and until when. */
export function PauseDialog({ what, children, isPending, errorText, onPause, onClose }: Props) {
  const [reason, setReason] = useState('');
  const [end, setEnd] = useState('open');
  const [until, setUntil] = useState(() => typedTime(Date.now() + 60 * MINUTE_MS));
  const at = endOf(end, until);
  const problem = end === 'custom' ? timeProblem(until) : null;
  return (
    <ConfirmDialog
      title={`Pause ${what}?`}
      confirm="Pause"
      isPending={isPending}
      isChanged={reason !== ''}
      errorText={errorText}
      onConfirm={() => {
        if (problem === null) onPause({ ...(reason.trim() && { reason: reason.trim() }), ...(at && { resumeAt: at }) });
      }}
      onClose={onClose}
    >
      <p>{children}</p>
      <TextInput
        label="Reason"
        description="Stands at every run that waits because of it"
        maxLength={limits.reasonChars}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        data-autofocus
      />
      <NativeSelect label="How long" data={ends} value={end} onChange={(event) => setEnd(event.currentTarget.value)} />
      {end === 'custom' && <TimeField label="Until" value={until} error={problem} onChange={setUntil} />}
    </ConfirmDialog>
  );
}

function endOf(end: string, until: string): string | undefined {
  if (end === 'open') return undefined;
  if (end === 'custom') return readLocalInput(until) ?? undefined;
  if (end !== 'tomorrow') return new Date(Date.now() + Number(end) * MINUTE_MS).toISOString();
  const tomorrow = dayAfter(localInput(Date.now()).slice(0, 10));
  return readLocalInput(`${tomorrow} 08:00`) ?? undefined;
}
