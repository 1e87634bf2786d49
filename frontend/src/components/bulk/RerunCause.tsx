import type { BulkFilter } from '@job-manager/shared/contract/bulk';
import type { FailureCause } from '@job-manager/shared/contract/failures';
import { spellRuns } from '../../lib/spell-runs';
import { BulkButton } from './BulkButton';

interface Props {
  cause: Pick<FailureCause, 'fingerprint' | 'jobName' | 'cause' | 'runs'>;
  /** The time that `runs` counts in; ever, where it is left out. */
  times?: () => Pick<BulkFilter, 'from' | 'to'>;
}

/** Confirms before all runs that failed of a cause are queued again. */
export function RerunCause({ cause: { fingerprint, jobName, cause, runs }, times }: Props) {
  return (
    <BulkButton
      action="rerun"
      request={() => ({ action: 'rerun', filter: { jobName, cause: fingerprint, ...times?.() } })}
      subject={cause}
      data-key="e"
      aria-label={`Re-run ${spellRuns(runs)} of ${jobName}`}
    >
      Re-run {runs.toLocaleString('en')}…
    </BulkButton>
  );
}
