import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { FirstRuns, RunsByJob } from '../../components/bulk/PreviewLists';
import { spellRuns } from '../../lib/spell-runs';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import classes from './CancelManyDialog.module.css';

/** What a cancel of several runs would do now. */
interface CancelPreview {
  cancelled: number;
  requested: number;
  byJob: readonly { jobName: string; runs: number }[];
  first: readonly JobRunSummary[];
}

interface Props {
  title: string;
  subject?: string;
  /** Undefined while it is being read. */
  preview: CancelPreview | undefined;
  isPending: boolean;
  errorText: string | null;
  onConfirm: () => void;
  onClose: () => void;
}

/** Beyond it the number has to be typed. */
const MAX_UNTYPED = 20;

/** Shows which runs a cancel would touch, and requires their number where they are many. */
export function CancelManyDialog(props: Props) {
  const { title, subject, preview, isPending, errorText, onConfirm, onClose } = props;
  const [typed, setTyped] = useState('');
  const [isRefused, setRefused] = useState(false);
  const { cancelled = 0, requested = 0, byJob = [], first = [] } = preview ?? {};
  const count = cancelled + requested;
  const isTyped = count <= MAX_UNTYPED || typed.replace(/[\s,.]/g, '') === String(count);
  const confirm = () => {
    if (count === 0) onClose();
    else if (isTyped) onConfirm();
    else setRefused(true);
  };
  return (
    <ConfirmDialog
      title={title}
      subject={subject}
      confirm={preview && count === 0 ? 'Close' : preview ? `Cancel ${spellRuns(count)}` : 'Cancel runs'}
      isDangerous={count > 0}
      isPending={isPending || (preview === undefined && errorText === null)}
      isChanged={typed !== ''}
      errorText={errorText}
      onConfirm={confirm}
      onClose={onClose}
    >
      {preview && count === 0 && <p className={classes.text}>None of them can be cancelled any more.</p>}
      {preview && count > 0 && (
        <>
          <p className={classes.text}>{describe(cancelled, requested)} This can't be undone.</p>
          <RunsByJob jobs={byJob} />
          <FirstRuns runs={first} count={count} />
          {count > MAX_UNTYPED && (
            <TextInput
              label={`Type ${count} to confirm`}
              value={typed}
              inputMode="numeric"
              autoComplete="off"
              error={isRefused && !isTyped ? `Type ${count}` : null}
              onChange={(event) => setTyped(event.currentTarget.value)}
              data-autofocus
            />
          )}
        </>
      )}
    </ConfirmDialog>
  );
}

function describe(cancelled: number, requested: number): string {
  const waiting = `${spellRuns(cancelled)} that ${cancelled === 1 ? 'waits' : 'wait'} would be cancelled at once`;
  const running = `${spellRuns(requested)} that ${requested === 1 ? 'runs' : 'run'}`;
  if (requested === 0) return `${waiting}.`;
  return cancelled === 0 ? `${running} would be requested to stop.` : `${waiting}, and ${running} requested to stop.`;
}
