import type { JobStats } from '@job-manager/shared/contract/run';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'react-router-dom';
import { useServerTime } from '../../api/server-clock';
import { Change } from '../../components/metrics/Change';
import { Pending } from '../../components/Pending';
import { formatQueued } from '../../components/queued-count';
import { RelativeTime } from '../../components/RelativeTime';
import { formatSuccessRate } from '../../components/success-rate';
import { historyWith } from '../../components/url-state';
import { useHealth } from '../../components/useHealth';
import { useStats } from '../../components/useStats';
import { formatDuration } from '../../lib/duration';
import { paths } from '../../paths';
import { Figure } from '../../ui/Figure';
import { StillTrying } from '../../ui/StillTrying';
import classes from './CounterStrip.module.css';
import { failuresOfDayQuery, upcomingQuery } from './calls';

/** Five counters, each with its change since the same time yesterday and the way to its list. */
export function CounterStrip() {
  const query = useStats();
  const { data: stats, isStale } = query;
  if (stats === undefined && query.error) return <Pending query={query} what="Statistics" />;
  return (
    <section aria-label="Counters">
      <ul className={classes.strip} data-stale={isStale || undefined}>
        {counters.map((counter, index) => (
          <li key={counter.label}>
            <Link to={counter.to} className={classes.counter} data-tone={counter.tone} data-key={String(index + 1)}>
              <Figures counter={counter} stats={stats} />
              {stats === undefined && index === 0 && (
                <span className={classes.note}>
                  <StillTrying failures={query.failureCount} />
                </span>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface Counter {
  label: string;
  to: string;
  tone: 'queued' | 'running' | 'success' | 'failed';
  more: 'good' | 'bad' | 'neutral';
  /** How its change is written. */
  as: 'share' | 'difference';
  now: (stats: JobStats) => number;
  before: (stats: JobStats) => number | null;
  Note: (props: { stats: JobStats }) => ReactNode;
}

const counters: readonly Counter[] = [
  {
    label: 'Pending',
    to: `${paths.monitor}?state=due`,
    ...{ tone: 'queued', more: 'bad', as: 'difference', Note: OldestDue },
    now: ({ pending }) => pending,
    before: ({ previous }) => previous.pending,
  },
  {
    label: 'Running',
    to: `${paths.monitor}?state=running`,
    ...{ tone: 'running', more: 'neutral', as: 'difference', Note: Slots },
    now: ({ active }) => active,
    before: ({ previous }) => previous.running,
  },
  {
    label: 'Scheduled',
    to: `${paths.monitor}?state=scheduled`,
    ...{ tone: 'queued', more: 'neutral', as: 'difference', Note: NextDue },
    now: ({ scheduled }) => scheduled,
    before: ({ previous }) => previous.scheduled,
  },
  {
    label: 'Completed 24h',
    to: historyWith({ status: 'SUCCESS', time: '24h' }),
    ...{ tone: 'success', more: 'good', as: 'share', Note: SuccessRate },
    now: ({ last24h }) => last24h.success,
    before: ({ previous }) => previous.completed,
  },
  {
    label: 'Failed 24h',
    to: historyWith({ status: 'FAILED', time: '24h' }),
    ...{ tone: 'failed', more: 'bad', as: 'difference', Note: Causes },
    now: ({ last24h }) => last24h.failed,
    before: ({ previous }) => previous.failed,
  },
];

interface FiguresProps {
  counter: Counter;
  /** Undefined while they are on their way. */
  stats: JobStats | undefined;
}

function Figures({ counter: { label, now, before, more, as, Note }, stats }: FiguresProps) {
  if (stats === undefined) return <Figure label={label} value={<Skeleton width={72} height={28} my={4} />} />;
  const change = <Change now={now(stats)} before={before(stats)} more={more} as={as} when="at this time yesterday" />;
  return (
    <>
      <Figure label={label} value={formatQueued(now(stats))} aside={change} />
      <span className={classes.note}>
        <Note stats={stats} />
      </span>
    </>
  );
}

function OldestDue({ stats }: { stats: JobStats }) {
  const since = useHealth()?.backlog.oldestDueAt ?? null;
  const oldest = useServerTime((now) => (since === null ? '' : formatDuration(Math.max(0, now - Date.parse(since)))));
  if (stats.pending === 0) {
    const held = stats.queued - stats.scheduled - stats.blocked;
    if (held > 0) return `${formatQueued(held)} held by a pause`;
    return stats.blocked > 0 ? `${formatQueued(stats.blocked)} wait for others` : 'none waits';
  }
  return oldest === '' ? 'due' : `oldest ${oldest}`;
}

function Slots({ stats: { slots, stalled } }: { stats: JobStats }) {
  const external = useHealth()?.external.running ?? 0;
  if (stalled > 0) return <span className={classes.warning}>{stalled.toLocaleString('en')} stalled</span>;
  if (slots === 0) return 'no runner is alive';
  // What programs elsewhere execute takes no slot.
  return external > 0 ? `${slots} slots, and ${external} elsewhere` : `of ${slots.toLocaleString('en')} slots`;
}

function NextDue({ stats: { retrying } }: { stats: JobStats }) {
  const { data } = useQuery(upcomingQuery());
  const [next] = data?.upcoming ?? [];
  if (retrying > 0) return `${formatQueued(retrying)} retrying`;
  if (next === undefined) return data ? 'nothing scheduled' : '';
  return (
    <>
      next <RelativeTime at={next.at} />
    </>
  );
}

function SuccessRate({ stats: { last24h } }: { stats: JobStats }) {
  const { success, failed } = last24h;
  if (success + failed === 0) return 'none has ended';
  return `${formatSuccessRate(success, failed)} succeeded`;
}

function Causes({ stats }: { stats: JobStats }) {
  const { data } = useQuery(failuresOfDayQuery());
  if (stats.last24h.failed === 0) return 'none';
  if (data === undefined) return '';
  return data.causes === 1 ? '1 cause' : `${data.causes.toLocaleString('en')} causes`;
}
