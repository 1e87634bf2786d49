import type { Sql } from '../../store/sql.js';
import { checkRecentRuns, type Violations } from '../../store/violations.js';
import { type MaintenanceTask, TaskProblem } from './maintenance-loop.js';

/** Of the running, the queued and the ended runs each. */
const MAX_RUNS = 2_000;

/** Checks in the running system that the rules of the engine hold, by the same queries that end every fault test. */
export function selfCheck(sql: Sql): MaintenanceTask {
  return {
    name: 'self-check',
    run: async () => {
      const { violations, rules, runs } = await checkRecentRuns(sql, MAX_RUNS);
      if (Object.keys(violations).length > 0) throw new TaskProblem(describeViolations(violations));
      return `All ${rules} rules hold for ${runs.toLocaleString('en')} runs`;
    },
  };
}

const describeViolations = (violations: Violations): string =>
  `Broken: ${Object.entries(violations)
    .map(([rule, count]) => `"${rule}" by ${count}`)
    .join(', ')}`;
