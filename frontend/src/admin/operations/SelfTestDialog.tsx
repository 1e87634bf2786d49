import type { SelfTestResult } from '@job-manager/shared/contract/self-test';
import { Button, Group, Modal, TextInput } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconLoader2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { cancelBatch } from '../../api/batch-queries';
import { toFailure } from '../../api/failure';
import { selfTestQuery, startSelfTest } from '../../api/self-test-calls';
import { useCan } from '../../api/session';
import { useAction } from '../../api/useAction';
import { BatchLink } from '../../components/EntityLinks';
import { formatDuration } from '../../lib/duration';
import { spellRuns } from '../../lib/spell-runs';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { ErrorMessage } from '../../ui/ErrorMessage';
import { RowSkeletons } from '../../ui/RowSkeletons';
import classes from './operations.module.css';

const READ_EVERY_MS = 500;
const MAX_RUNS = 1_000;
/** What a run waits, and about what it takes around it. */
const RUN_MS = 250;

interface Props {
  /** Undefined where it isn't known. */
  freeSlots: number | undefined;
  onClose: () => void;
}

/** Queues a test batch, and shows how it goes. */
export function SelfTestDialog({ freeSlots, onClose }: Props) {
  const [batchId, setBatchId] = useState<string | null>(null);
  return batchId === null ? (
    <Question freeSlots={freeSlots} onStarted={setBatchId} onClose={onClose} />
  ) : (
    <Result batchId={batchId} onClose={onClose} />
  );
}

function Question({ freeSlots, onStarted, onClose }: Props & { onStarted: (batchId: string) => void }) {
  const [runs, setRuns] = useState('10');
  const [failing, setFailing] = useState('0');
  const [channel, setChannel] = useState('');
  const count = wholeNumber(runs);
  const failingCount = wholeNumber(failing);
  const isCount = count !== null && count >= 1 && count <= MAX_RUNS;
  const isFailing = failingCount !== null && failingCount <= (count ?? 0);
  const { mutate, isPending, error } = useAction({
    mutationFn: startSelfTest,
    onSuccess: ({ batchId }) => onStarted(batchId),
  });
  return (
    <ConfirmDialog
      title="Run a test batch"
      confirm={isCount ? `Run ${spellRuns(count)}` : 'Run'}
      isPending={isPending}
      errorText={error && toFailure(error).details}
      onConfirm={() => {
        if (isCount && isFailing) mutate({ runs: count, failing: failingCount, channel: channel.trim() || undefined });
      }}
      onClose={onClose}
    >
      <p className={classes.text}>
        Queues runs of the internal job queue-self-test, each of which waits 0.2 seconds. They are in the history, and
        do not count in the statistics of the day. {isCount && describeTime(count, freeSlots)}
      </p>
      <TextInput
        label="Runs"
        inputMode="numeric"
        value={runs}
        error={isCount ? null : `A whole number from 1 to ${MAX_RUNS.toLocaleString('en')}`}
        onChange={(event) => setRuns(event.currentTarget.value)}
        data-autofocus
      />
      <TextInput
        label="Of them fail on purpose"
        inputMode="numeric"
        value={failing}
        error={isFailing ? null : 'A whole number, no more than there are runs'}
        onChange={(event) => setFailing(event.currentTarget.value)}
      />
      <TextInput
        label="Channel (optional)"
        placeholder="default"
        value={channel}
        autoComplete="off"
        onChange={(event) => setChannel(event.currentTarget.value)}
      />
    </ConfirmDialog>
  );
}

const wholeNumber = (text: string): number | null => (/^\d{1,4}$/.test(text.trim()) ? Number(text) : null);

function describeTime(runs: number, freeSlots: number | undefined): string {
  if (freeSlots === undefined) return '';
  if (freeSlots === 0) return 'No slot is free: they wait until one is.';
  const slots = `${freeSlots.toLocaleString('en')} ${freeSlots === 1 ? 'slot is' : 'slots are'} free`;
  return `${slots}: about ${formatDuration(Math.ceil(runs / freeSlots) * RUN_MS)}.`;
}

function Result({ batchId, onClose }: { batchId: string; onClose: () => void }) {
  const { data, error } = useQuery({
    ...selfTestQuery(batchId),
    refetchInterval: ({ state }) => state.data?.state !== 'PASSED' && state.data?.state !== 'FAILED' && READ_EVERY_MS,
  });
  const mayCancel = useCan('cancel');
  const cancel = useAction({ mutationFn: () => cancelBatch(batchId) });
  const failure = cancel.error ?? error;
  return (
    <Modal opened onClose={onClose} title={data ? titleOf(data) : 'Test batch'} returnFocus={false} centered>
      {data ? <Findings result={data} /> : <RowSkeletons rows={3} isDense label="Loading the result" />}
      {failure && <ErrorMessage>{toFailure(failure).details}</ErrorMessage>}
      <Group justify="space-between" mt="lg">
        <BatchLink id={batchId} name={`Batch #${batchId}`} />
        <Group gap="xs">
          {data?.state === 'RUNNING' && mayCancel && (
            <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
              Cancel the batch
            </Button>
          )}
          <Button variant="default" onClick={onClose} data-autofocus>
            Close
          </Button>
        </Group>
      </Group>
    </Modal>
  );
}

function titleOf({ state }: SelfTestResult): string {
  if (state === 'RUNNING') return 'Test batch is running';
  return state === 'PASSED' ? 'The queue works' : 'The test batch found something wrong';
}

function Findings({ result }: { result: SelfTestResult }) {
  const { state, total, ended, asExpected, executedAgain, startP50Ms, startP95Ms, runners } = result;
  const isOver = state !== 'RUNNING';
  const wrong = ended - asExpected;
  return (
    <ul className={classes.findings} role="status">
      <Finding isGood={ended === total} isOver={isOver}>
        {ended.toLocaleString('en')} of {spellRuns(total)} ended
      </Finding>
      <Finding isGood={wrong === 0} isOver={isOver}>
        {wrong === 0 ? 'All of them as expected' : `${spellRuns(wrong)} not as expected`}
      </Finding>
      <Finding isGood={executedAgain === 0} isOver={isOver}>
        {executedAgain === 0 ? 'None was executed twice' : `${spellRuns(executedAgain)} executed more than once`}
      </Finding>
      {startP50Ms !== null && startP95Ms !== null && (
        <li>
          Half of them started within {formatDuration(startP50Ms)}, 95 % within {formatDuration(startP95Ms)}
        </li>
      )}
      {runners.map(({ name, runs }) => (
        <li key={name}>
          {name}: {spellRuns(runs)}
        </li>
      ))}
    </ul>
  );
}

function Finding({ isGood, isOver, children }: { isGood: boolean; isOver: boolean; children: ReactNode }) {
  const Icon = isGood ? (isOver ? IconCheck : IconLoader2) : isOver ? IconAlertTriangle : IconLoader2;
  return (
    <li>
      <Icon size={16} className={classes.mark} data-tone={isOver ? (isGood ? 'good' : 'bad') : undefined} aria-hidden />{' '}
      {children}
    </li>
  );
}
