import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { isTerminal } from '@job-manager/shared/run';
import { Button } from '@mantine/core';
import { IconAlertTriangle, IconHourglass } from '@tabler/icons-react';
import { useServerTime } from '../../api/server-clock';
import { spellDuration } from '../../lib/duration';
import { Banner } from '../../ui/Banner';
import { useSteady } from '../../ui/hold-still';
import classes from './ActiveJobsMonitor.module.css';
import { type Attention, attentionOf, type LimitsOf, silenceLimit, slownessLimit } from './attention';
import type { ListRow } from './list-rows';
import { NamedRuns } from './NamedRuns';

interface Props {
  jobs: readonly JobRunSummary[];
  /** Those of the list, with the ones that ended and keep their place. */
  rows: readonly ListRow[];
  limitsOf: LimitsOf;
  isCancelling: (jobRunId: string) => boolean;
  onCancel: (run: JobRunSummary) => void;
  onViewDetails: (jobRunId: string) => void;
  /** Absent for those who may not. */
  onCleanupStalled?: () => void;
}

/** Points out the runs that are stalled or slow, and offers what helps. */
export function AttentionBanner({ jobs, rows, ...rest }: Props) {
  // Joined ids, so that the banner renders again only when the set changes, not every second.
  const idsOf = (wanted: Attention) => (now: number) =>
    jobs
      .filter((run) => attentionOf(run, rest.limitsOf(run.jobName), now) === wanted)
      .map((run) => run.id)
      .join();
  // Its buttons name a run, and it stands above the list: neither may change under the pointer.
  const stalledIds = useSteady(useServerTime(idsOf('stalled')));
  const slowIds = useSteady(useServerTime(idsOf('slow')));
  if (stalledIds === '' && slowIds === '') return null;
  const pick = (ids: string) => rows.map(({ run }) => run).filter((run) => ids.split(',').includes(run.id));
  const [stalled, slow] = [pick(stalledIds), pick(slowIds)];
  return (
    <div className={classes.banners}>
      {stalled.length > 0 && <StalledBanner runs={stalled} {...rest} />}
      {slow.length > 0 && <SlowBanner runs={slow} {...rest} />}
    </div>
  );
}

type BannerProps = Omit<Props, 'jobs' | 'rows'> & { runs: JobRunSummary[] };

function StalledBanner({ runs, limitsOf, onViewDetails, onCleanupStalled }: BannerProps) {
  return (
    <Banner
      icon={IconAlertTriangle}
      title={runs.length === 1 ? '1 job may be stalled' : `${runs.length} jobs may be stalled`}
      actions={
        onCleanupStalled && (
          <Button variant="default" onClick={onCleanupStalled}>
            Clean Up Stalled
          </Button>
        )
      }
    >
      {bySilenceLimit(runs, limitsOf).map(([limit, group], index) => (
        <span key={limit}>
          {index === 0 ? 'No heartbeat for more than ' : '; for more than '}
          {limit}: <NamedRuns runs={group} onViewDetails={onViewDetails} />
        </span>
      ))}
    </Banner>
  );
}

/** External programs have limits of their own, so one sentence may need to name several. */
function bySilenceLimit(runs: JobRunSummary[], limitsOf: LimitsOf): [string, JobRunSummary[]][] {
  const groups = new Map<string, JobRunSummary[]>();
  for (const run of runs) {
    const limit = spellDuration(silenceLimit(run, limitsOf(run.jobName)) ?? 0);
    groups.set(limit, [...(groups.get(limit) ?? []), run]);
  }
  return [...groups];
}

function SlowBanner({ runs, limitsOf, isCancelling, onCancel, onViewDetails }: BannerProps) {
  const [only] = runs.length === 1 ? runs : [];
  const limit = (run: JobRunSummary) =>
    `longer than its ${spellDuration(slownessLimit(run, limitsOf(run.jobName)) ?? 0)}`;
  return (
    <Banner
      icon={IconHourglass}
      title={only ? '1 job is slow' : `${runs.length} jobs are slow`}
      actions={
        only && (
          <>
            <Button
              variant="default"
              disabled={isTerminal(only.status) || only.cancelRequestedAt !== null || isCancelling(only.id)}
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
      Alive, but running {only ? limit(only) : 'longer than normal'}:{' '}
      <NamedRuns runs={runs} onViewDetails={onViewDetails} note={only ? undefined : limit} />
    </Banner>
  );
}
