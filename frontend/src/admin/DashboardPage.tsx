import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { uiStatus } from '@job-manager/shared/run';
import { useOpenedRun } from '../components/url-state';
import { AdminDashboard } from './dashboard/AdminDashboard';
import type { RunActs } from './dashboard/run-acts';
import { useCancelling } from './jobs/CancelProvider';
import { RunMenu } from './jobs/RunMenu';

const acts: RunActs = { Menu: ActiveRunMenu };

/** The dashboard, with what can be done with the runs that it lists. */
export const DashboardPage = () => <AdminDashboard acts={acts} />;

function ActiveRunMenu({ run }: { run: JobRunSummary }) {
  const { requested, cancel } = useCancelling();
  const { open } = useOpenedRun();
  const isStopping = requested.has(run.id) || uiStatus(run) === 'CANCEL_REQUESTED';
  return <RunMenu run={run} isStopping={isStopping} onCancel={cancel} onViewDetails={open} />;
}
