import type { RunnerDetails } from '@job-manager/shared/contract/runners';
import { listRunnerChanges, type RunnerChange } from '@job-manager/shared/runner';
import { Checkbox } from '@mantine/core';
import { memo, useRef } from 'react';
import { Link } from 'react-router-dom';
import { useCan } from '../../api/session';
import { Elapsed, RelativeTime } from '../../components/RelativeTime';
import { RunnerName } from '../../components/RunnerName';
import { isAlive, runnerAppearance, runnerKinds } from '../../components/runners';
import { countOf } from '../../lib/count-of';
import { formatDuration } from '../../lib/duration';
import { paths } from '../../paths';
import { Meter } from '../../ui/Meter';
import { useRovingRows } from '../../ui/roving-rows';
import { Tag } from '../../ui/Tag';
import { commandLabels, describeState } from './describe-command';
import { Pulse, p95Of } from './Pulse';
import { RunnerButtons } from './RunnerButtons';
import classes from './runners.module.css';
import type { RunnerActs } from './useRunnerActs';

interface Props {
  runners: readonly RunnerDetails[];
  newestVersion: string;
  /** What runners take over when they start. */
  defaults?: RunnerChange | null;
  acts: RunnerActs;
  ticked: ReadonlySet<string>;
  onTick: (id: string, isTicked: boolean) => void;
}

/** A card for each runner. */
export function RunnerCards({ runners, ticked, ...rest }: Props) {
  const list = useRef<HTMLUListElement>(null);
  useRovingRows(list);
  return (
    <ul ref={list} className={classes.cards} aria-label="Runners">
      {runners.map((runner) => (
        <RunnerCardItem key={runner.id} runner={runner} isTicked={ticked.has(runner.id)} {...rest} />
      ))}
    </ul>
  );
}

interface ItemProps extends Omit<Props, 'runners' | 'ticked'> {
  runner: RunnerDetails;
  isTicked: boolean;
}

// A heartbeat draws one card: the others have the same runner as before.
const RunnerCardItem = memo(function RunnerCardItem(props: ItemProps) {
  const { runner, newestVersion, defaults, acts, isTicked, onTick } = props;
  const { label, tone } = runnerAppearance[runner.status];
  const p95 = p95Of(runner.pulse);
  const canTick = useCan('manageRunners') && isAlive(runner);
  return (
    <li className={classes.card} aria-label={runner.name} data-row={runner.id}>
      <div className={classes.head}>
        {canTick && (
          <Checkbox
            aria-label={`Choose ${runner.name}`}
            data-key="x"
            checked={isTicked}
            onChange={(event) => onTick(runner.id, event.currentTarget.checked)}
          />
        )}
        <Link to={paths.runnerPage(runner.id)} className={classes.name} aria-label={runner.name}>
          <RunnerName name={runner.name} />
        </Link>
        <Tag tone={tone}>{label}</Tag>
      </div>
      <p className={classes.facts}>
        {runner.labels.region && `${runner.labels.region} · `}
        {runnerKinds[runner.kind]} · v{runner.version}
        {runner.version !== newestVersion && isAlive(runner) && <span className={classes.older}> ▲ older</span>}
        {isAlive(runner) && (
          <>
            {' · up '}
            <Elapsed since={runner.startedAt} />
          </>
        )}
      </p>
      <p className={classes.facts}>
        heartbeat <RelativeTime at={runner.lastHeartbeatAt} isPast />{' '}
        <Pulse pulse={runner.pulse} isLost={runner.status === 'LOST'} />
        {p95 !== null && ` p95 ${formatDuration(p95)}`}
      </p>
      {isAlive(runner) && <Load runner={runner} />}
      {defaults && isAlive(runner) && runner.kind !== 'CLI' && <Differences runner={runner} change={defaults} />}
      {runner.command && (
        <p className={classes.command} data-state={runner.command.state}>
          {commandLabels[runner.command.kind]} requested <RelativeTime at={runner.command.createdAt} isPast /> →{' '}
          {describeState(runner.command)}
        </p>
      )}
      <RunnerButtons runner={runner} acts={acts} />
    </li>
  );
});

/** The settings that differ from those that runners start with. */
function Differences({ runner, change }: { runner: RunnerDetails; change: RunnerChange }) {
  const differences = listRunnerChanges(runner, change);
  if (differences.length === 0) return null;
  return (
    <p className={classes.facts}>
      set otherwise than the default:{' '}
      {differences.map(({ setting, from, to }) => `${setting} ${from}, not ${to}`).join('; ')}
    </p>
  );
}

function Load({ runner }: { runner: RunnerDetails }) {
  const { status, activeRuns, concurrency, loopLagMs, cpuPercent, channels } = runner;
  const byChannel = Object.entries(runner.runsByChannel);
  return (
    <>
      <div className={classes.load}>
        <Meter value={activeRuns} max={concurrency} tone={activeRuns >= concurrency ? 'warning' : 'info'} />
        <span>
          {activeRuns.toLocaleString('en')} of {countOf(concurrency, 'slot')}
          {status === 'DRAINING' && activeRuns > 0 && ` · ${activeRuns} to go`} · lag {formatDuration(loopLagMs)}
          {cpuPercent !== null && ` · CPU ${Math.round(cpuPercent)} %`}
        </span>
      </div>
      {channels !== null && <p className={classes.facts}>only {channels.join(', ')}</p>}
      {byChannel.length > 0 ? (
        <ul className={classes.chips} aria-label="Runs by channel">
          {byChannel.map(([name, runs]) => (
            <li key={name}>
              <Tag title={name}>
                <bdi className={classes.channel}>{name}</bdi> {runs.toLocaleString('en')}
              </Tag>
            </li>
          ))}
        </ul>
      ) : (
        channels === null && <p className={classes.facts}>idle</p>
      )}
    </>
  );
}
