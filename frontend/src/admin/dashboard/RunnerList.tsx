import type { RunnerHealth } from '@job-manager/shared/contract/health';
import { Anchor, UnstyledButton } from '@mantine/core';
import { IconServerOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { healthQuery } from '../../api/health-queries';
import { Pending } from '../../components/Pending';
import { RelativeTime } from '../../components/RelativeTime';
import { RunnerName } from '../../components/RunnerName';
import { useOpenedRunner } from '../../components/runner/useOpenedRunner';
import { isAlive, runnerAppearance, runnerName } from '../../components/runners';
import { formatLatency } from '../../lib/duration';
import { paths } from '../../paths';
import { EmptyState } from '../../ui/EmptyState';
import { loadable } from '../../ui/loadable';
import { Meter } from '../../ui/Meter';
import { Section } from '../../ui/Section';
import { Cell, Table } from '../../ui/Table';
import type { Column } from '../../ui/TableSort';
import { Tag } from '../../ui/Tag';
import classes from './dashboard.module.css';
import { useRowCount } from './useRowCount';

const RunnerDrawer = loadable(() =>
  import('../../components/runner/RunnerDrawer').then((module) => module.RunnerDrawer),
);

const columns: Column[] = [
  { label: 'Runner' },
  { label: 'Slots used' },
  { label: 'Loop lag', align: 'right' },
  { label: 'Heartbeat', align: 'right' },
];

/** What executes runs; a row opens its drawer. */
export function RunnerList() {
  const query = useQuery({ ...healthQuery(), staleTime: 5_000 });
  const { data } = query;
  const { name, open, close } = useOpenedRunner();
  const rows = useRowCount();
  // A lost one stands until it has been gone for a day: what has it in hand may be lost with it.
  const runners = (data?.runners ?? []).filter((runner) => isAlive(runner) || runner.status === 'LOST');
  return (
    <Section
      title="Job Runners"
      aside={runners.length > rows && <span className="dimmed">and {runners.length - rows} more</span>}
      actions={
        <Anchor component={Link} to={paths.runners} size="sm">
          View Runners
        </Anchor>
      }
    >
      {data === undefined ? (
        <Pending query={query} what="Runners" rows={2} isDense />
      ) : (
        <>
          {!runners.some(isAlive) && <NoRunner />}
          {runners.length > 0 && (
            <Table caption="Runners" columns={columns} isRoving>
              {runners.slice(0, rows).map((runner) => (
                <Row key={runner.id} runner={runner} onOpen={open} />
              ))}
            </Table>
          )}
        </>
      )}
      {name !== null && data && <RunnerDrawer name={name} runners={data.runners} onClose={close} />}
    </Section>
  );
}

const NoRunner = () => (
  <EmptyState
    icon={IconServerOff}
    title="No runner is alive"
    text="Queued runs wait until one is. “pnpm worker:jobs” starts one, on any machine that reaches the database."
  />
);

function Row({ runner, onOpen }: { runner: RunnerHealth; onOpen: (name: string) => void }) {
  const name = runnerName(runner);
  const { label, tone } = runnerAppearance[runner.status];
  return (
    <tr data-row={runner.id} className={classes.row} onClick={() => onOpen(name)}>
      <Cell isHeader isWide>
        <span className={classes.runner}>
          <UnstyledButton aria-label={name} className={classes.name} fz="inherit" aria-haspopup="dialog">
            <RunnerName name={name} />
          </UnstyledButton>
          {runner.status !== 'ACTIVE' && <Tag tone={tone}>{label}</Tag>}
        </span>
      </Cell>
      <Cell label="Slots used">
        {isAlive(runner) ? (
          <span className={classes.slots}>
            <Meter value={runner.activeRuns} max={runner.concurrency} />
            {runner.activeRuns} of {runner.concurrency}
          </span>
        ) : (
          'none'
        )}
      </Cell>
      <Cell label="Loop lag" align="right">
        {isAlive(runner) ? formatLatency(runner.loopLagMs) : '–'}
      </Cell>
      <Cell label="Heartbeat" align="right">
        <RelativeTime at={runner.lastHeartbeatAt} isPast />
      </Cell>
    </tr>
  );
}
