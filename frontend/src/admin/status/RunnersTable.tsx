import type { RunnerHealth } from '@job-manager/shared/contract/health';
import { RelativeTime } from '../../components/RelativeTime';
import { formatDuration } from '../../lib/duration';
import { Cell, type Column, Table } from '../../ui/Table';
import { Tag, type TagTone } from '../../ui/Tag';
import classes from './RunnersTable.module.css';

const columns: Column[] = [
  { label: 'Runner' },
  { label: 'Status' },
  { label: 'Slots used' },
  { label: 'Last claim' },
  { label: 'Last heartbeat' },
  { label: 'Loop lag' },
];

/** One runner per row. */
export function RunnersTable({ runners }: { runners: RunnerHealth[] }) {
  return (
    <Table caption="Runners" columns={columns}>
      {runners.map((runner) => (
        <Row key={runner.id} runner={runner} />
      ))}
    </Table>
  );
}

const kinds: Record<RunnerHealth['kind'], string> = {
  BUILT_IN: 'Built in',
  WORKER: 'Worker',
  CLI: 'Command line',
};

const statuses: Record<RunnerHealth['status'], { label: string; tone: TagTone }> = {
  ACTIVE: { label: 'Active', tone: 'success' },
  DRAINING: { label: 'Draining', tone: 'warning' },
  STOPPED: { label: 'Stopped', tone: 'neutral' },
  LOST: { label: 'Lost', tone: 'failed' },
};

function Row({ runner }: { runner: RunnerHealth }) {
  const { label, tone } = statuses[runner.status];
  const isAlive = runner.status === 'ACTIVE' || runner.status === 'DRAINING';
  return (
    <tr>
      <Cell isHeader>
        <span className={classes.place} title={runner.id}>
          {runner.host}:{runner.pid}
        </span>
        <span className={classes.kind}>
          {kinds[runner.kind]} · version {runner.version}
        </span>
      </Cell>
      <Cell isCorner>
        <Tag tone={tone}>{label}</Tag>
      </Cell>
      <Cell label="Slots used">{isAlive ? `${runner.activeRuns} of ${runner.concurrency}` : 'none'}</Cell>
      <Cell label="Last claim">{runner.lastClaimAt ? <RelativeTime at={runner.lastClaimAt} /> : 'never'}</Cell>
      <Cell label="Last heartbeat">
        <RelativeTime at={runner.lastHeartbeatAt} />
      </Cell>
      <Cell label="Loop lag">{isAlive ? formatDuration(runner.loopLagMs) : 'unknown'}</Cell>
    </tr>
  );
}
