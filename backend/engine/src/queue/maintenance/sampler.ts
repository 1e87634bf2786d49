import { takeSample } from '../../store/samples.js';
import type { Sql } from '../../store/sql.js';
import type { MaintenanceLoopOptions, MaintenanceTask } from './maintenance-loop.js';

const EVERY_MS = 60_000;

/** How one process samples the queue for all, at each full minute, and what else is done then. */
export const sampling = (
  sql: Sql,
  more: MaintenanceTask[] = [],
): Pick<MaintenanceLoopOptions, 'tasks' | 'everyMs' | 'isAligned'> => ({
  tasks: [
    {
      name: 'sample the queue',
      run: async () => {
        const { queued, running, channels } = await takeSample(sql);
        return `${queued} queued and ${running} running, in ${channels} ${channels === 1 ? 'channel' : 'channels'}`;
      },
    },
    ...more,
  ],
  everyMs: EVERY_MS,
  isAligned: true,
});
