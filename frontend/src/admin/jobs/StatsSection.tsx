import { toFailure } from '../../api/failure';
import { useStats } from '../../components/useStats';
import { JobStatsOverview } from './JobStatsOverview';

/** The statistics, read when the page opens, on request, and when runs are queued, start or end. */
export function StatsSection({ onCleanupStalled }: { onCleanupStalled?: () => void }) {
  const { data, error, isFetching, failureCount, isStale, refetch } = useStats();
  return (
    <JobStatsOverview
      stats={data ?? null}
      loading={isFetching}
      failures={failureCount}
      isStale={isStale}
      errorText={error && toFailure(error).details}
      onRefresh={() => void refetch()}
      onCleanupStalled={onCleanupStalled}
    />
  );
}
