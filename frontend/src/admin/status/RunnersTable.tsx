import type { RunnerHealth } from '@job-manager/shared/contract/health';
import { RelativeTime } from '../../components/RelativeTime';
import { isAlive, runnerLooks, runnerName } from '../../components/runners';
import { formatDuration } from '../../lib/duration';
import { Cell, type Column, Table } from '../../ui/Table';
import { Tag } from '../../ui/Tag';
import classes from './RunnersTable.module.css';

const columns: Column[] = [
  { label: 'Runner' },
  { label: 'Status' },
  { label: 'Slots used' },
  { label: 'Last claim' },
  { label: 'Last heartbeat' },
  { label: 'Loop lag' },
];

interface Props {
  runners: RunnerHealth[];
  /** The one that a link led to, as `host:pid`. */
  sought: string | null;
}

/** One runner per row. */
export function RunnersTable({ runners, sought }: Props) {
  return (
    <Table caption="Runners" columns={columns}>
      {runners.map((runner) => (
        <Row key={runner.id} runner={runner} isSought={runnerName(runner) === sought} />
      ))}
    </Table>
  );
}

const kinds: Record<RunnerHealth['kind'], string> = {
  BUILT_IN: 'Built in',
  WORKER: 'Worker',
  CLI: 'Command line',
};

const show = (row: HTMLElement | null) => row?.scrollIntoView({ block: 'center' });

function Row({ runner, isSought }: { runner: RunnerHealth; isSought: boolean }) {
  const { label, tone } = runnerLooks[runner.status];
  return (
    <tr ref={isSought ? show : undefined} aria-current={isSought || undefined} className={classes.row}>
      <Cell isHeader>
        <span className={classes.place}>{runnerName(runner)}</span>
        <span className={classes.kind}>
          {kinds[runner.kind]} · version {runner.version}
        </span>
      </Cell>
      <Cell isCorner>
        <Tag tone={tone}>{label}</Tag>
      </Cell>
      <Cell label="Slots used">{isAlive(runner) ? `${runner.activeRuns} of ${runner.concurrency}` : 'none'}</Cell>
      <Cell label="Last claim">{runner.lastClaimAt ? <RelativeTime at={runner.lastClaimAt} /> : 'never'}</Cell>
      <Cell label="Last heartbeat">
        <RelativeTime at={runner.lastHeartbeatAt} />
      </Cell>
      <Cell label="Loop lag">{isAlive(runner) ? formatDuration(runner.loopLagMs) : 'unknown'}</Cell>
    </tr>
  );
}
