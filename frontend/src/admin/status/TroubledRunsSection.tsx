import type { SystemHealth } from '@job-manager/shared/contract/health';
import type { ReactNode } from 'react';
import { RunnerLink } from '../../components/EntityLinks';
import { RunPageLink } from '../../components/RunPageLink';
import { runnerName } from '../../components/runners';
import { formatDuration, spellDuration } from '../../lib/duration';
import { Section } from '../../ui/Section';
import { Tag } from '../../ui/Tag';
import classes from './TroubledRunsSection.module.css';

type Troubled = SystemHealth['stalled'][number];

/** The runs that have gone silent, and those that take longer than their job normally does. */
export function TroubledRunsSection({ stalled, slow, runners }: Pick<SystemHealth, 'stalled' | 'slow' | 'runners'>) {
  const names = new Map(runners.map((runner) => [runner.id, runnerName(runner)]));
  const runnerOf = ({ runnerId }: Troubled) => {
    const name = runnerId === null ? undefined : names.get(runnerId);
    if (name !== undefined) return <RunnerLink name={name} />;
    return runnerId === null ? 'no runner' : 'a runner that was removed since';
  };
  return (
    <Section title="Stalled and slow runs">
      {stalled.length + slow.length === 0 ? (
        <p className={classes.none}>None: every running job has a live heartbeat and is within its usual time.</p>
      ) : (
        <ul className={classes.list} aria-label="Stalled and slow runs">
          {stalled.map((run) => (
            <Row
              key={run.jobRunId}
              run={run}
              tag="Stalled"
              facts={`silent for ${overdue(run)}`}
              runner={runnerOf(run)}
            />
          ))}
          {slow.map((run) => (
            <Row key={run.jobRunId} run={run} tag="Slow" facts={`running for ${overdue(run)}`} runner={runnerOf(run)} />
          ))}
        </ul>
      )}
    </Section>
  );
}

const overdue = ({ forMs, limitMs }: Troubled): string => `${formatDuration(forMs)}, limit ${spellDuration(limitMs)}`;

interface RowProps {
  run: Troubled;
  tag: 'Stalled' | 'Slow';
  /** For how long, and how long would have been right. */
  facts: string;
  runner: ReactNode;
}

function Row({ run, tag, facts, runner }: RowProps) {
  return (
    <li className={classes.row}>
      <Tag tone={tag === 'Stalled' ? 'failed' : 'warning'}>{tag}</Tag>
      <span className={classes.run}>
        <RunPageLink jobRunId={run.jobRunId} className={classes.name}>
          {run.jobName} #{run.jobRunId}
        </RunPageLink>
        <span className={classes.facts}>{facts}</span>
      </span>
      <span className={classes.runner}>{runner}</span>
    </li>
  );
}
