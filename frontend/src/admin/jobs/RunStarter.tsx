import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { PersonLink, TokenLink } from '../../components/EntityLinks';

/** Who started a run: a person, an API token, or the system. */
export function RunStarter({ run }: { run: Pick<JobRunSummary, 'triggeredBy' | 'triggeredByToken'> }) {
  if (run.triggeredByToken !== null) return <TokenLink name={run.triggeredByToken} />;
  return run.triggeredBy ? <PersonLink email={run.triggeredBy.email} /> : <>the system</>;
}
