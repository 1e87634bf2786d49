import type { JobRun } from '@job-manager/shared/contract/run';
import { useMemo, useState } from 'react';
import type { RunLogState } from '../../api/live/run-log';
import { useLogLine } from '../../components/url-state';
import { countLines, filterLines, type LogFilter } from './log-search';
import classes from './RunLog.module.css';
import { RunLogLines } from './RunLogLines';
import { RunLogSearch } from './RunLogSearch';
import { RunLogToolbar } from './RunLogToolbar';
import { useLogDisplay } from './useLogDisplay';
import { useLogSearch } from './useLogSearch';
import { useLogView } from './useLogView';

interface Props {
  run: JobRun;
  log: RunLogState;
  isActive: boolean;
}

/** The lines of a log, with what it takes to find one among 100,000. */
export function RunLogViewer({ run, log, isActive }: Props) {
  const [filter, setFilter] = useState<LogFilter>('all');
  const shown = useMemo(() => filterLines(log.lines, filter), [log.lines, filter]);
  const counts = useMemo(() => countLines(log.lines), [log.lines]);
  const search = useLogSearch(shown);
  // The dropped lines are info lines, which only the whole log shows.
  const removed = filter === 'all' ? log.removed : 0;
  const display = useLogDisplay();
  const [linked, linkTo] = useLogLine();
  const view = useLogView(shown, { isActive, removed, linked });
  const goToFirstError = () => {
    const first = log.lines.find(({ level }) => level === 'ERROR');
    if (first) view.goTo(first.seq);
  };
  const goToFound = (direction: 1 | -1) => {
    // Where nothing was jumped to yet, the first line on screen may be the one.
    const from = view.marked ?? view.firstVisible() - (direction === 1 ? 1 : 0);
    const found = search.next(from, direction);
    if (found !== undefined) view.goTo(found);
  };
  return (
    <div className={classes.viewer}>
      <RunLogToolbar
        run={run}
        shown={shown}
        filter={filter}
        counts={counts}
        display={display}
        onFilter={setFilter}
        onFirstError={goToFirstError}
      />
      <RunLogSearch search={search} marked={view.marked} onGo={goToFound} />
      <RunLogLines
        label={`Messages of ${run.jobName} #${run.id}`}
        lines={shown}
        pattern={search.pattern}
        // Another choice of lines is another list.
        key={filter}
        view={view}
        removed={removed}
        isActive={isActive}
        isWrapped={display.isWrapped}
        since={display.isRelative ? (run.attempts[0]?.startedAt ?? run.startedAt ?? run.queuedAt) : null}
        onLink={(seq) => {
          linkTo(seq);
          view.mark(seq);
        }}
        empty={filter === 'errors' ? 'No errors.' : 'No warnings and no errors.'}
      />
      {!log.isComplete && log.error === null && (
        <p className={classes.loading} role="status">
          Loading… {log.lines.length.toLocaleString('en')} of {log.messageCount.toLocaleString('en')}
        </p>
      )}
    </div>
  );
}
