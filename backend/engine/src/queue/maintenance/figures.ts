import { removeOldFigures, summarizeFigures } from '../../store/figures.js';
import type { Sql } from '../../store/sql.js';
import type { MaintenanceTask } from './maintenance-loop.js';

/** The tasks that keep the figures behind charts small: means of what is old enough, and none of what is too old. */
export const figureTasks = (sql: Sql): MaintenanceTask[] => [
  {
    name: 'summarize figures',
    run: async () => {
      const rows = await summarizeFigures(sql);
      return rows === 0 ? 'Nothing to summarize' : `Wrote ${rows.toLocaleString('en')} rows`;
    },
  },
  {
    name: 'remove old figures',
    run: async (pause) => {
      let removed = 0;
      for (let rows = await removeOldFigures(sql); rows > 0; rows = (await pause()) ? await removeOldFigures(sql) : 0)
        removed += rows;
      return removed === 0 ? 'Nothing to remove' : `Removed ${removed.toLocaleString('en')} rows`;
    },
  },
];
