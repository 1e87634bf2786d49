import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { toFailure } from '../../api/failure';
import { historyQuery } from '../../api/job-queries';
import { HistoryTable } from '../../components/HistoryTable';
import { QueuedRuns } from '../../components/QueuedRuns';
import { useOpenedRun } from '../../components/url-state';
import { paths } from '../../paths';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { Section } from '../../ui/Section';

const SHOWN = 20;

/** The queue of a job, and its last runs. */
export function JobRuns({ jobName }: { jobName: string }) {
  return (
    <>
      <Section title="Queued">
        <QueuedRuns of={{ jobName }} />
      </Section>
      <Section title="Last runs">
        <LastRuns jobName={jobName} />
      </Section>
    </>
  );
}

function LastRuns({ jobName }: { jobName: string }) {
  const { data, error, refetch } = useQuery(historyQuery({ jobName }, 1, SHOWN));
  const { open } = useOpenedRun();
  if (data === undefined) {
    if (error === null) return <RowSkeletons rows={5} label="Loading runs" isDense />;
    const { details } = toFailure(error);
    return <ErrorPanel title="Runs could not be loaded" details={details} onRetry={() => void refetch()} />;
  }
  if (data.runs.length === 0) return <p className="dimmed">No run of it has finished yet.</p>;
  return (
    <>
      <HistoryTable
        caption={`Runs of ${jobName} that have ended`}
        runs={data.runs}
        isBusy={false}
        onViewDetails={open}
      />
      <p className="dimmed">
        {data.total > data.runs.length && `The newest ${data.runs.length} of ${data.total.toLocaleString('en')}. `}
        <Anchor component={Link} to={paths.historyOf(jobName)} inherit>
          All in the history
        </Anchor>
      </p>
    </>
  );
}
