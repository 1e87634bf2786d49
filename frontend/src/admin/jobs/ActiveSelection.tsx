import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { isAllowed } from '@job-manager/shared/run';
import { Button } from '@mantine/core';
import type { TickedRows } from '../../components/ticks';
import { CancelTicked } from './CancelTicked';
import { ForceFailTicked } from './ForceFailTicked';
import { PriorityTicked } from './PriorityTicked';
import { RerunTicked } from './RerunTicked';
import { SelectionBar } from './SelectionBar';

interface Props {
  ticks: TickedRows;
  /** All active runs, and those of them that match the filters. */
  active: readonly JobRunSummary[];
  shown: readonly JobRunSummary[];
}

/** What can be done with ticked runs of the active list; those that have ended since can be re-run. */
export function ActiveSelection({ ticks, active, shown }: Props) {
  const ids = [...ticks.ids];
  const ticked = active.filter(({ id }) => ticks.ids.has(id));
  const activeIds = new Set(ticked.map(({ id }) => id));
  const ended = ids.filter((id) => !activeIds.has(id));
  const running = ticked.filter(({ status }) => isAllowed('forceFail', status));
  const queued = ticked.filter(({ status }) => isAllowed('reschedule', status));
  const isAllTicked = shown.every(({ id }) => ticks.ids.has(id));
  return (
    <SelectionBar ticks={ticks}>
      {!isAllTicked && (
        <Button variant="default" size="compact-sm" onClick={() => ticks.add(shown.map(({ id }) => id))}>
          Select all {shown.length.toLocaleString('en')} shown
        </Button>
      )}
      {ticked.length > 0 && <CancelTicked ids={ids} onDone={ticks.clear} />}
      {running.length > 0 && <ForceFailTicked ids={running.map(({ id }) => id)} onDone={ticks.clear} />}
      {queued.length > 0 && <PriorityTicked runs={queued} onDone={ticks.clear} />}
      {ended.length > 0 && <RerunTicked ids={ended} onDone={ticks.clear} />}
    </SelectionBar>
  );
}
