import type { RunnerHealth } from '@job-manager/shared/contract/health';
import { RunnerPageLink } from '../../components/EntityLinks';
import { RelativeTime } from '../../components/RelativeTime';
import { isAlive, runnerAppearance, runnerKinds, runnerName } from '../../components/runners';
import { formatDuration } from '../../lib/duration';
import { Cell, Table } from '../../ui/Table';
import type { Column } from '../../ui/TableSort';
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
  runners: readonly RunnerHealth[];
}

/** One runner per row. */
export function RunnersTable({ runners }: Props) {
  return (
    <Table caption="Runners" columns={columns}>
      {runners.map((runner) => (
        <Row key={runner.id} runner={runner} />
      ))}
    </Table>
  );
}

function Row({ runner }: { runner: RunnerHealth }) {
  const { label, tone } = runnerAppearance[runner.status];
  return (
    <tr>
      <Cell isHeader>
        <span className={classes.place}>
          <RunnerPageLink id={runner.id} name={runnerName(runner)} />
        </span>
        <span className={classes.kind}>
          {runnerKinds[runner.kind]} · version {runner.version}
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
