import type { RunnerHealth } from '@job-manager/shared/contract/health';
import { Anchor, Drawer } from '@mantine/core';
import { Link } from 'react-router-dom';
import { useLive } from '../../api/live/LiveProvider';
import { formatLatency } from '../../lib/duration';
import { paths } from '../../paths';
import { Fact, Facts } from '../../ui/Facts';
import { Tag } from '../../ui/Tag';
import { useReturnFocus } from '../../ui/useReturnFocus';
import { Elapsed, RelativeTime } from '../RelativeTime';
import { RunPageLink } from '../RunPageLink';
import { isAlive, runnerAppearance, runnerKinds, runnerName } from '../runners';
import classes from './RunnerDrawer.module.css';

interface Props {
  /** `host:pid`. */
  name: string;
  runners: readonly RunnerHealth[];
  onClose: () => void;
}

/** One runner: how it does, and what it executes now. */
export function RunnerDrawer({ name, runners, onClose }: Props) {
  useReturnFocus(true);
  const runner = runners.find((each) => runnerName(each) === name);
  return (
    <Drawer
      opened
      onClose={onClose}
      title={name}
      position="right"
      size="min(28rem, 94vw)"
      returnFocus={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {runner ? (
        <Details runner={runner} />
      ) : (
        <p className="dimmed">It is not among the runners of the last 24 hours.</p>
      )}
    </Drawer>
  );
}

function Details({ runner }: { runner: RunnerHealth }) {
  const { label, tone } = runnerAppearance[runner.status];
  return (
    <>
      <Facts>
        <Fact name="State">
          <Tag tone={tone}>{label}</Tag>
        </Fact>
        <Fact name="Slots used">
          {isAlive(runner) ? `${runner.activeRuns} of ${runner.concurrency}` : 'none: it is gone'}
        </Fact>
        <Fact name="Last heartbeat">
          <RelativeTime at={runner.lastHeartbeatAt} isPast />
        </Fact>
        <Fact name="Last claim">
          {runner.lastClaimAt ? <RelativeTime at={runner.lastClaimAt} isPast /> : 'none yet'}
        </Fact>
        <Fact name="Loop lag">{isAlive(runner) ? formatLatency(runner.loopLagMs) : 'unknown'}</Fact>
        <Fact name="Started">
          <RelativeTime at={runner.startedAt} isPast />
        </Fact>
        <Fact name="Kind">{`${runnerKinds[runner.kind]}, version ${runner.version}`}</Fact>
      </Facts>
      <CurrentRuns runnerId={runner.id} />
      <Anchor component={Link} to={paths.runnerPage(runner.id)} size="sm">
        Charts, log and events
      </Anchor>
    </>
  );
}

function CurrentRuns({ runnerId }: { runnerId: string }) {
  const all = useLive((live) => live.runs);
  const runs = all.filter((run) => run.status === 'RUNNING' && run.runnerId === runnerId);
  return (
    <section aria-label="What it executes" className={classes.current}>
      <h3 className={classes.subtitle}>Executes now</h3>
      {runs.length === 0 && <p className="dimmed">Nothing.</p>}
      <ul className={classes.runs}>
        {runs.map((run) => (
          <li key={run.id}>
            <RunPageLink jobRunId={run.id}>
              {run.jobName} #{run.id}
            </RunPageLink>
            {run.startedAt && <Elapsed since={run.startedAt} />}
          </li>
        ))}
      </ul>
    </section>
  );
}
