import type { RunnerPulse as Pulse, PulseAnswer } from '@job-manager/shared/contract/metrics';
import { Anchor } from '@mantine/core';
import { IconServerOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { RunnerLink } from '../../components/EntityLinks';
import { Pending } from '../../components/Pending';
import { RelativeTime } from '../../components/RelativeTime';
import { runnerAppearance } from '../../components/runners';
import { countOf } from '../../lib/count-of';
import { formatLatency } from '../../lib/duration';
import { paths } from '../../paths';
import { EmptyState } from '../../ui/EmptyState';
import { Section } from '../../ui/Section';
import { Tag } from '../../ui/Tag';
import { useIsPhone } from '../../ui/useIsPhone';
import { overviewQuery } from './calls';
import classes from './overview.module.css';
import { laneOf, type PulseMark } from './pulse';

const SHOWN = 5;
const MINUTES = { wide: 30, phone: 10 };

/** The heartbeats of the runners, how long each took, and those that did not come. */
export function RunnerPulse() {
  const query = useQuery({ ...overviewQuery(), select: ({ pulse }) => pulse });
  const { data } = query;
  const minutes = useIsPhone() ? MINUTES.phone : MINUTES.wide;
  // One that stopped before all of it has no pulse to show.
  const runners = data?.runners.filter(({ status, beats }) => status !== 'STOPPED' || beats.length > 0) ?? [];
  const more = runners.length - SHOWN;
  return (
    <Section
      title="Runner pulse"
      aside={<span className="dimmed">the last {minutes} min</span>}
      actions={
        <Anchor component={Link} to={paths.runners} size="sm">
          View Runners
        </Anchor>
      }
    >
      {data === undefined ? (
        <Pending query={query} what="Heartbeats" isDense />
      ) : runners.length === 0 ? (
        <EmptyState
          icon={IconServerOff}
          title="No runner is alive"
          text="“pnpm worker:jobs” starts one, on any machine that reaches the database."
        />
      ) : (
        <>
          <ul className={classes.lanes}>
            {runners.slice(0, SHOWN).map((runner) => (
              <Lane key={runner.runnerId} runner={runner} answer={data} minutes={minutes} />
            ))}
          </ul>
          <p className={classes.legend}>
            Height: how long a heartbeat took. ╳: one that did not come.
            {more > 0 && ` And ${countOf(more, 'more runner')}.`}
          </p>
        </>
      )}
    </Section>
  );
}

function Lane({ runner, answer, minutes }: { runner: Pulse; answer: PulseAnswer; minutes: number }) {
  const { name, status, beats } = runner;
  const { marks, missed, p95 } = laneOf(runner, answer, minutes * 60_000);
  const last = beats.at(-1)?.at;
  const figures = p95 === null ? 'nothing measured yet' : `p95 ${formatLatency(p95)}`;
  const described = `${name}: ${countOf(marks.length - missed, 'heartbeat')} in ${minutes} minutes, ${figures}, ${missed} missed`;
  const { label, tone } = runnerAppearance[status];
  return (
    <li className={classes.lane}>
      <span className={classes.runner}>
        <RunnerLink name={name} />
        {status !== 'ACTIVE' && <Tag tone={tone}>{label}</Tag>}
      </span>
      <Marks marks={marks} description={described} />
      <span className={classes.latency}>
        {p95 === null ? '–' : figures}
        {last && (
          <span className={classes.last}>
            <RelativeTime at={last} isPast />
          </span>
        )}
      </span>
    </li>
  );
}

const HEIGHT = 28;
const CROSS = 5;

function Marks({ marks, description }: { marks: readonly PulseMark[]; description: string }) {
  return (
    <svg className={classes.pulse} role="img" aria-label={description} width="100%" height={HEIGHT}>
      <line x1="0" x2="100%" y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} className={classes.ground} />
      {marks.map(({ x, height }) =>
        height === null ? (
          <svg key={x} x={`${x * 100}%`} y={HEIGHT - 14} overflow="visible" className={classes.missed} aria-hidden>
            <path d={`M${-CROSS},${-CROSS}L${CROSS},${CROSS}M${-CROSS},${CROSS}L${CROSS},${-CROSS}`} />
          </svg>
        ) : (
          <line
            key={x}
            className={classes.beat}
            x1={`${x * 100}%`}
            x2={`${x * 100}%`}
            y1={HEIGHT - 1 - height * (HEIGHT - 4)}
            y2={HEIGHT - 1}
          />
        ),
      )}
    </svg>
  );
}
