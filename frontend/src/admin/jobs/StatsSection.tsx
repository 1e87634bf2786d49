import { useQuery } from '@tanstack/react-query';
import { toFailure } from '../../api/failure';
import { statsQuery } from '../../api/job-queries';
import { useStatsFollowRuns } from '../../components/useStatsFollowRuns';
import { JobStatsOverview } from './JobStatsOverview';

/** The statistics, read when the page opens, when asked, and when runs come, start or end. */
export function StatsSection({ onCleanupStalled }: { onCleanupStalled?: () => void }) {
  const { data, error, isFetching, refetch } = useQuery(statsQuery());
  useStatsFollowRuns();
  return (
    <JobStatsOverview
      stats={data ?? null}
      loading={isFetching}
      fault={error && toFailure(error).details}
      onRefresh={() => void refetch()}
      onCleanupStalled={onCleanupStalled}
    />
  );
}
