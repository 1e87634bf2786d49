import { useQuery } from '@tanstack/react-query';
import { HistoryTable } from '../../components/HistoryTable';
import { Pending } from '../../components/Pending';
import { DateTime } from '../../components/RelativeTime';
import { useOpenedRun } from '../../components/url-state';
import { runsQuery } from './calls';

/** The runs that ended last at a runner. */
export function LastRuns({ runnerId }: { runnerId: string }) {
  const query = useQuery({ ...runsQuery(runnerId), refetchInterval: 15_000 });
  const { open } = useOpenedRun();
  const { data } = query;
  if (data === undefined) return <Pending query={query} what="Runs" rows={5} isDense />;
  return (
    <>
      {data.runs.length === 0 ? (
        <p className="dimmed">No run has ended there.</p>
      ) : (
        <HistoryTable caption="Last runs of the runner" runs={data.runs} isBusy={false} onViewDetails={open} />
      )}
      {data.searchedBackTo !== null && (
        <p className="dimmed">
          Runs that ended before <DateTime at={data.searchedBackTo} /> were not looked at.
        </p>
      )}
    </>
  );
}
