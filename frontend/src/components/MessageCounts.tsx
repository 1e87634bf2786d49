import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { IconAlertTriangle, IconExclamationCircle } from '@tabler/icons-react';
import { countOf } from '../lib/count-of';
import classes from './MessageCounts.module.css';
import { RunPageLink } from './RunPageLink';

/** How many warnings and errors a run has written, leading to them; nothing where there are none. */
export function MessageCounts({ run }: { run: JobRunSummary }) {
  if (run.warningCount + run.errorCount === 0) return null;
  return (
    <RunPageLink
      jobRunId={run.id}
      tab="log"
      className={classes.counts}
      label={`${spell(run)} of ${run.jobName} #${run.id}`}
    >
      {run.errorCount > 0 && (
        <span className={classes.count} data-level="ERROR">
          <IconExclamationCircle size={13} aria-hidden />
          {errors(run)}
        </span>
      )}
      {run.warningCount > 0 && (
        <span className={classes.count} data-level="WARN">
          <IconAlertTriangle size={13} aria-hidden />
          {warnings(run)}
        </span>
      )}
    </RunPageLink>
  );
}

const errors = ({ errorCount }: JobRunSummary) => countOf(errorCount, 'error');
const warnings = ({ warningCount }: JobRunSummary) => countOf(warningCount, 'warning');

const spell = (run: JobRunSummary): string =>
  [run.errorCount > 0 && errors(run), run.warningCount > 0 && warnings(run)].filter(Boolean).join(' and ');
