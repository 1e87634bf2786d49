import { createPool } from '@job-manager/engine/database/client';
import { countEnded } from '@job-manager/engine/queue/transitions/count';

/** Set in the environment of a worker that is to end runs without counting them. */
export const UNCOUNTED = 'BENCH_UNCOUNTED';

interface Statement {
  text?: string;
}

/**
 * Takes the counting out of the statement that ends runs, in this process alone, to see what it costs there. Whichever process
 * does so must look whether nothing was counted: the statement may have been changed.
 */
export function leaveOutCounting(): void {
  // The class of the connections is the driver's, and so one for the whole process.
  const { Client } = createPool('postgresql://unused') as unknown as { Client: { prototype: Record<'query', Query> } };
  const query = Client.prototype.query;
  Client.prototype.query = function (this: unknown, statement, ...rest) {
    return query.call(this, uncounted(statement), ...rest);
  };
}

type Query = (this: unknown, statement: string | Statement, ...rest: unknown[]) => unknown;

function uncounted(statement: string | Statement): string | Statement {
  if (typeof statement !== 'object' || statement.text === undefined || 'submit' in statement) return statement;
  return { ...statement, text: statement.text.replace(countEnded('finished'), 'SELECT 1') };
}
