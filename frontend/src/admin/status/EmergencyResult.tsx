import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { Button, Group, Text } from '@mantine/core';
import { AffectedRuns } from '../../components/AffectedRuns';

/** What it did: the runs, and how many of the preview had ended meanwhile. */
export interface Outcome {
  runs: JobRunSummary[];
  endedBefore: number;
}

/** What was done, run by run. */
export function EmergencyResult({
  outcome: { runs, endedBefore },
  onClose,
}: {
  outcome: Outcome;
  onClose: () => void;
}) {
  const count = runs.length === 1 ? '1 running job' : `${runs.length.toLocaleString('en')} running jobs`;
  return (
    <>
      <Text size="sm" fw={500} role="status">
        {runs.length === 0 ? 'No job was failed.' : `Failed ${count}.`}
        {endedBefore === 1 && ' 1 had ended by itself before.'}
        {endedBefore > 1 && ` ${endedBefore.toLocaleString('en')} had ended by themselves before.`}
      </Text>
      {runs.length > 0 && (
        <AffectedRuns
          title="These have failed"
          isDone
          runs={runs.map((run) => ({ run, becomes: run.status, reason: run.error ?? '' }))}
        />
      )}
      <Group justify="flex-end" mt="lg">
        <Button onClick={onClose} ref={focusOnArrival}>
          Close
        </Button>
      </Group>
    </>
  );
}

/** The button that had the focus went with the question; the keyboard stays in the dialog. */
const focusOnArrival = (button: HTMLButtonElement | null): void => button?.focus();
