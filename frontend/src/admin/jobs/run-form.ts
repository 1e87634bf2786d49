import type { WaitCondition } from '@job-manager/shared/enqueue';
import { readLocalInput } from '../../lib/read-time';
import type { RunOptionValues } from './run-options';

/** When a run is due: at once, at `notBefore` of its options, or when the runs in `after` have ended. */
export type RunTime = 'now' | 'later' | 'after';

/** A run that waits for others of the same form. */
export interface ChainRow {
  key: string;
  jobName: string;
  /** JSON. */
  parameters: string;
  /** Keys of the rows that it waits for. */
  after: string[];
  when: WaitCondition;
}

/** The key of the run that the form itself is about. */
export const FIRST = 'first';

/** Runs to be queued, as the form has them. */
export interface RunFormValues {
  jobName: string;
  /** JSON. */
  parameters: string;
  time: RunTime;
  /** Ids of other runs. */
  after: string[];
  condition: WaitCondition;
  options: RunOptionValues;
  /** What runs after it; empty for one run alone. */
  chain: ChainRow[];
}

/** The rows that a row may wait for: those before it. */
export function rowsBefore({ jobName, chain }: RunFormValues, key: string): { key: string; label: string }[] {
  const rows = [{ key: FIRST, jobName }, ...chain];
  const end = rows.findIndex((row) => row.key === key);
  return rows.slice(0, end === -1 ? rows.length : end).map((row, index) => ({
    key: row.key,
    label: `${index + 1} ${row.jobName === '' ? '(no job yet)' : row.jobName}`,
  }));
}

/** The chain with a row more, which waits for the last one. */
export function withNewRow({ chain }: RunFormValues): ChainRow[] {
  const highest = Math.max(1, ...chain.map(({ key }) => Number(key)));
  const row: ChainRow = {
    key: String(highest + 1),
    jobName: '',
    parameters: '{}',
    after: [chain.at(-1)?.key ?? FIRST],
    when: 'succeeded',
  };
  return [...chain, row];
}

/** The chain without a row; what waited for it waits for what it waited for. */
export function withoutRow({ chain }: RunFormValues, key: string): ChainRow[] {
  const gone = chain.find((row) => row.key === key);
  return chain
    .filter((row) => row.key !== key)
    .map((row) => ({
      ...row,
      after: row.after.includes(key)
        ? [...new Set([...row.after.filter((one) => one !== key), ...(gone?.after ?? [])])]
        : row.after,
    }));
}

/** When the run is due, as the API takes it; nothing for at once. */
export function readTime({ time, options, after, condition }: RunFormValues) {
  if (time === 'later') return { runAt: readLocalInput(options.notBefore) ?? undefined };
  return time === 'after' ? { after, when: condition } : {};
}
