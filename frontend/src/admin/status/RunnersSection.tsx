import type { RunnerHealth } from '@job-manager/shared/contract/health';
import { Button } from '@mantine/core';
import { IconServerOff } from '@tabler/icons-react';
import { useState } from 'react';
import { isAlive } from '../../components/runners';
import { EmptyState } from '../../ui/EmptyState';
import { Section } from '../../ui/Section';
import { ShowMore } from '../../ui/ShowMore';
import { RunnersTable } from './RunnersTable';
import classes from './SystemStatusPage.module.css';

/** The runners: the lost and the live, and on request those that have stopped. */
export function RunnersSection({ runners }: { runners: RunnerHealth[] }) {
  const living = runners.filter(isAlive);
  const lost = runners.filter(({ status }) => status === 'LOST');
  const stopped = runners.filter(({ status }) => status === 'STOPPED');
  const [isAllShown, setAllShown] = useState(false);
  const shown = [...lost, ...living, ...(isAllShown ? stopped : [])];
  return (
    <Section title="Runners" aside={<span className={classes.counts}>{counted(living.length, lost.length)}</span>}>
      {living.length === 0 && (
        <EmptyState
          icon={IconServerOff}
          title="No runner is alive"
          text="Queued runs wait until one is. The server starts one of its own unless JOBS_RUNNER is off; “pnpm worker:jobs” starts another, on any machine that reaches the database."
        />
      )}
      {shown.length > 0 && (
        <ShowMore rows={shown} noun="runners" step={20}>
          {(part) => <RunnersTable runners={part} />}
        </ShowMore>
      )}
      {stopped.length > 0 && (
        <Button
          variant="default"
          className={classes.more}
          aria-expanded={isAllShown}
          onClick={() => setAllShown(!isAllShown)}
        >
          {isAllShown ? 'Hide those that have stopped' : `Show ${stopped.length} stopped in the last 24 hours`}
        </Button>
      )}
    </Section>
  );
}

const counted = (living: number, lost: number): string =>
  `${living} alive${lost > 0 ? ` · ${lost} lost in the last 24 hours` : ''}`;
