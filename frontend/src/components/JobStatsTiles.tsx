import type { JobStats } from '@job-manager/shared/contract/run';
import { Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import { formatClock } from '../lib/date-time';
import classes from './JobStatsTiles.module.css';
import { StatusMark } from './JobStatusBadge';
import { formatQueued } from './queued-count';

/** The counts: running now, waiting, and how the last 24 hours went. Skeletons of the same size while `stats` is null. */
export function JobStatsTiles({ stats, isStale }: { stats: JobStats | null; isStale: boolean }) {
  const staleNote = stats && isStale && <span className={classes.warning}>as of {formatClock(stats.updatedAt)}</span>;
  return (
    <dl className={classes.tiles} data-stale={isStale || undefined}>
      <Tile mark={<StatusMark status="RUNNING" />} label="Active" value={stats?.active}>
        {stats && stats.stalled > 0 && <span className={classes.warning}>{stats.stalled} stalled</span>}
        {staleNote || (stats?.stalled === 0 && 'running now')}
      </Tile>
      <Tile mark={<StatusMark status="QUEUED" />} label="Queued" value={stats?.queued} format={formatQueued}>
        {staleNote || 'waiting to start'}
      </Tile>
      <Tile mark={<StatusMark status="SUCCESS" />} label="Last 24h" value={stats?.last24h.total}>
        {stats && <Outcomes {...stats.last24h} />}
        {staleNote}
      </Tile>
    </dl>
  );
}

interface TileProps {
  mark: ReactNode;
  label: string;
  value: number | undefined;
  format?: (value: number) => string;
  children: ReactNode;
}

const plain = (value: number): string => value.toLocaleString('en');

function Tile({ mark, label, value, format = plain, children }: TileProps) {
  return (
    <div className={classes.tile}>
      <dt className={classes.label}>
        {mark}
        {label}
      </dt>
      <dd className={classes.value}>
        {value === undefined ? <Skeleton width={40} height={16} my={4} /> : format(value)}
      </dd>
      <dd className={classes.note}>{value === undefined ? <Skeleton width={110} height={10} my={4} /> : children}</dd>
    </div>
  );
}

function Outcomes({ total, success, failed, cancelled }: JobStats['last24h']) {
  if (total === 0) return <>no runs have ended</>;
  return (
    <>
      <span>{success.toLocaleString('en')} succeeded</span>
      <span data-tone={failed > 0 ? 'failed' : undefined}>{failed.toLocaleString('en')} failed</span>
      <span>{cancelled.toLocaleString('en')} cancelled</span>
      <span className={classes.bar} aria-hidden>
        <span style={{ flexGrow: success }} data-tone="success" />
        <span style={{ flexGrow: failed }} data-tone="failed" />
        <span style={{ flexGrow: cancelled }} data-tone="cancelled" />
      </span>
    </>
  );
}
