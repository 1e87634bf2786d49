import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { historyQuery } from '../../api/job-queries';
import { HistoryTable } from '../../components/HistoryTable';
import { Pending } from '../../components/Pending';
import { QueuedRuns } from '../../components/QueuedRuns';
import { useOpenedRun } from '../../components/url-state';
import { paths } from '../../paths';
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
  const query = useQuery(historyQuery({ jobName }, { page: 1 }, SHOWN));
  const { data } = query;
  const { open } = useOpenedRun();
  if (data === undefined) return <Pending query={query} what="Runs" rows={5} isDense />;
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
        <Anchor component={Link} to={paths.historyOf(jobName)} inherit underline="always">
          All in the history
        </Anchor>
      </p>
    </>
  );
}
