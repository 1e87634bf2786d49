import { isRunId } from '@job-manager/shared/contract/run-id';
import { Anchor } from '@mantine/core';
import { IconFileUnknown } from '@tabler/icons-react';
import { Link, useParams } from 'react-router-dom';
import { toFailure } from '../../api/failure';
import { listCameFrom } from '../../components/list-return';
import { NotFoundPage } from '../../components/NotFoundPage';
import { useRunDialog } from '../../components/url-state';
import { paths } from '../../paths';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { Page } from '../../ui/Page';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { Section } from '../../ui/Section';
import { useCancelling } from './CancelProvider';
import { RunActions } from './RunActions';
import { RunDetails } from './RunDetails';
import { useRun } from './useRun';

/** One run on a page of its own: `/admin/jobs/123`. */
export function JobDetailsPage() {
  const { jobRunId = '' } = useParams();
  if (isRunId(jobRunId)) return <KnownRun jobRunId={jobRunId} />;
  // A word was never the number of a run.
  return /^\d+$/.test(jobRunId) ? <NoSuchRun jobRunId={jobRunId} /> : <NotFoundPage />;
}

function KnownRun({ jobRunId }: { jobRunId: string }) {
  const { run, error, refetch } = useRun(jobRunId);
  const { asked } = useCancelling();
  const { openRerun } = useRunDialog();
  const isCancelling = run?.status === 'RUNNING' && asked.has(jobRunId);
  const failure = error === null ? null : toFailure(error);
  if (failure?.status === 404) return <NoSuchRun jobRunId={jobRunId} />;
  return (
    <Page
      title={run ? `${run.jobName} #${jobRunId}` : `Run #${jobRunId}`}
      trail={[
        { label: 'Runs', to: listCameFrom() },
        ...(run ? [{ label: run.jobName, to: paths.historyOf(run.jobName), isBeside: true }] : []),
        { label: `#${jobRunId}` },
      ]}
      actions={run && <RunActions run={run} isCancelling={isCancelling} onRerun={openRerun} />}
    >
      <Section title="Job Run Details" isTitleHidden>
        {run ? (
          <RunDetails run={run} isCancelling={isCancelling} />
        ) : failure ? (
          <ErrorPanel title="The run could not be loaded" details={failure.details} onRetry={() => void refetch()} />
        ) : (
          <RowSkeletons rows={6} label="Loading the run" />
        )}
      </Section>
    </Page>
  );
}

function NoSuchRun({ jobRunId }: { jobRunId: string }) {
  return (
    <Page title="No such run" trail={[{ label: 'Runs', to: listCameFrom() }, { label: `#${jobRunId}` }]}>
      <Section title="Job Run Details" isTitleHidden>
        <EmptyState
          icon={IconFileUnknown}
          title={`There is no run “${jobRunId}”`}
          text="It may have been removed since, or the address is mistyped."
          action={
            <Anchor component={Link} to={paths.history}>
              All runs
            </Anchor>
          }
        />
      </Section>
    </Page>
  );
}
