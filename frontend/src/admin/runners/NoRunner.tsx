import { IconServerOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useCan } from '../../api/session';
import { EmptyState } from '../../ui/EmptyState';
import { AddRunner } from './AddRunnerDialog';
import { setupQuery } from './calls';
import classes from './runners.module.css';

/** In place of the cards while no runner is alive: what that means, and how to start one. */
export function NoRunner() {
  const mayAdd = useCan('manageRunners');
  const { data } = useQuery({ ...setupQuery(), enabled: mayAdd });
  return (
    <div className={classes.none}>
      <EmptyState
        icon={IconServerOff}
        tone="failed"
        title="No runner is alive: runs wait"
        text="The server starts one of its own unless JOBS_RUNNER is off; “pnpm worker:jobs” starts another, on any machine that reaches the database."
      />
      {data && <AddRunner setup={data} />}
    </div>
  );
}
