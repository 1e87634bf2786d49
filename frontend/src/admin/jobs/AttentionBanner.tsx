import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { Button } from '@mantine/core';
import { IconAlertTriangle, IconHourglass } from '@tabler/icons-react';
import { useServerTime } from '../../api/server-clock';
import { Banner } from '../../ui/Banner';
import classes from './ActiveJobsMonitor.module.css';
import { type Attention, attentionOf, type SlowThresholds } from './attention';

interface Props {
  jobs: readonly JobRunSummary[];
  slowAfter: SlowThresholds;
  isCancelling: (jobRunId: string) => boolean;
  onCancel: (run: JobRunSummary) => void;
  onViewDetails: (jobRunId: string) => void;
  onCleanupStalled: () => void;
}

/** Points out the runs that are stalled or slow, and offers what helps. */
export function AttentionBanner({ jobs, slowAfter, ...on }: Props) {
  // Joined ids, so that the banner renders again only when the set changes, not every second.
  const idsOf = (wanted: Attention) => (now: number) =>
    jobs
      .filter((run) => attentionOf(run, slowAfter.get(run.jobName), now) === wanted)
      .map((run) => run.id)
      .join();
  const stalled = useServerTime(idsOf('stalled'));
  const slow = useServerTime(idsOf('slow'));
  if (stalled === '' && slow === '') return null;
  const pick = (ids: string) => jobs.filter((run) => ids.split(',').includes(run.id));
  return (
    <div className={classes.banners}>
      {stalled !== '' && <StalledBanner runs={pick(stalled)} onCleanupStalled={on.onCleanupStalled} />}
      {slow !== '' && <SlowBanner runs={pick(slow)} {...on} />}
    </div>
  );
}

function StalledBanner({ runs, onCleanupStalled }: { runs: JobRunSummary[]; onCleanupStalled: () => void }) {
  return (
    <Banner
      icon={IconAlertTriangle}
      title={runs.length === 1 ? '1 job may be stalled' : `${runs.length} jobs may be stalled`}
      actions={
        <Button variant="default" onClick={onCleanupStalled}>
          Clean Up Stalled
        </Button>
      }
    >
      No heartbeat for more than 5 minutes: {named(runs)}
    </Banner>
  );
}

type SlowBannerProps = Pick<Props, 'isCancelling' | 'onCancel' | 'onViewDetails'> & { runs: JobRunSummary[] };

function SlowBanner({ runs, isCancelling, onCancel, onViewDetails }: SlowBannerProps) {
  const [only] = runs.length === 1 ? runs : [];
  return (
    <Banner
      icon={IconHourglass}
      title={only ? '1 job is slow' : `${runs.length} jobs are slow`}
      actions={
        only && (
          <>
            <Button
              variant="default"
              disabled={only.cancelRequestedAt !== null || isCancelling(only.id)}
              onClick={() => onCancel(only)}
            >
              Cancel #{only.id}
            </Button>
            <Button variant="default" onClick={() => onViewDetails(only.id)}>
              Details of #{only.id}
            </Button>
          </>
        )
      }
    >
      Alive, but running longer than normal: {named(runs)}
    </Banner>
  );
}

const NAMED = 3;

function named(runs: JobRunSummary[]): string {
  const names = runs.slice(0, NAMED).map((run) => `${run.jobName} #${run.id}`);
  return names.join(', ') + (runs.length > NAMED ? ` and ${runs.length - NAMED} more` : '');
}
