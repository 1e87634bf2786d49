import type { JobRun } from '@job-manager/shared/contract/run';
import { isRunId } from '@job-manager/shared/contract/run-id';
import { Anchor } from '@mantine/core';
import { IconFileUnknown } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { Link, useNavigate, useParams } from 'react-router-dom';
import { toFailure } from '../../api/failure';
import { keepList, listCameFrom, notedList, withPage } from '../../components/list-return';
import { NotFoundPage } from '../../components/NotFoundPage';
import { useRunDialog, useRunTab } from '../../components/url-state';
import { paths } from '../../paths';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { Page } from '../../ui/Page';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { Section } from '../../ui/Section';
import { useCancelling } from './CancelProvider';
import { RunActions } from './RunActions';
import { RunDetails } from './RunDetails';
import { RunWalk } from './RunWalk';
import type { WalkTarget } from './useListWalk';
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
  const { requested } = useCancelling();
  const { openRerun } = useRunDialog();
  const titleRef = useFocusedTitle(jobRunId);
  const isCancelling = run?.status === 'RUNNING' && requested.has(jobRunId);
  const failure = error === null ? null : toFailure(error);
  if (failure?.status === 404) return <NoSuchRun jobRunId={jobRunId} reason={failure.details} />;
  return (
    <Page
      titleRef={titleRef}
      title={run ? `${run.jobName} #${jobRunId}` : `Run #${jobRunId}`}
      trail={[
        { label: 'Runs', to: listCameFrom() },
        ...(run ? [{ label: run.jobName, to: paths.historyOf(run.jobName), isBeside: true }] : []),
        { label: `#${jobRunId}` },
      ]}
      lead={run && <PageWalk run={run} />}
      actions={run && <RunActions run={run} isCancelling={isCancelling} onRerun={openRerun} />}
    >
      <Section title="Job Run Details" isTitleHidden>
        {run ? (
          <RunDetails run={run} isCancelling={isCancelling} />
        ) : failure ? (
          <ErrorPanel title="The run could not be loaded" details={failure} onRetry={() => void refetch()} />
        ) : (
          <RowSkeletons rows={6} label="Loading the run" />
        )}
      </Section>
    </Page>
  );
}

function PageWalk({ run }: { run: JobRun }) {
  const navigate = useNavigate();
  const [tab] = useRunTab();
  const list = notedList();
  const walkTo = ({ jobRunId, page }: WalkTarget) => {
    if (list !== null) keepList(withPage(list, page));
    void navigate(paths.run(jobRunId, tab), { replace: true });
  };
  return <RunWalk run={run} list={list} onWalk={walkTo} />;
}

/** The title has the focus on opening, unless something else on the page has it. */
function useFocusedTitle(jobRunId: string) {
  const title = useRef<HTMLHeadingElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another run is another title
  useEffect(() => {
    if (document.activeElement === document.body) title.current?.focus({ preventScroll: true });
  }, [jobRunId]);
  return title;
}

interface NoSuchRunProps {
  jobRunId: string;
  /** As the server states it, which counts runs that retention removed. */
  reason?: string;
}

function NoSuchRun({ jobRunId, reason }: NoSuchRunProps) {
  const wasRemoved = reason?.startsWith(`Run #${jobRunId} was removed`) === true;
  return (
    <Page title="No such run" trail={[{ label: 'Runs', to: listCameFrom() }, { label: `#${jobRunId}` }]}>
      <Section title="Job Run Details" isTitleHidden>
        <EmptyState
          icon={IconFileUnknown}
          title={wasRemoved ? reason : `There is no run “${jobRunId}”`}
          text={
            wasRemoved
              ? 'Retention keeps finished runs for a time, or so many of them; what was done is in the audit log.'
              : 'It may have been removed since, or the address is mistyped.'
          }
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
