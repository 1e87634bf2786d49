import { createPool } from '@job-manager/engine/database/client';
import { schemaOf } from '@job-manager/engine/database/schema';
import { countEnded } from '@job-manager/engine/queue/transitions/count';
import { qualified } from '../../../backend/client/src/in-schema.js';

/** Set in the environment of a worker that is to end runs without counting them. */
export const UNCOUNTED = 'BENCH_UNCOUNTED';

interface Statement {
  text?: string;
}

/**
 * Takes the counting out of the statement that ends runs, in this process alone, to see what it costs there. Whichever
 * process does so must check that nothing was counted: the statement may have been changed.
 */
export function leaveOutCounting(databaseUrl: string): void {
  // What the class of our connections calls once it has put the schema into a statement; one for the whole process.
  const { Client } = createPool(databaseUrl) as unknown as { Client: { prototype: object } };
  const connection = Object.getPrototypeOf(Client.prototype) as Record<'query', Query>;
  const counting = qualified(countEnded('changed'), schemaOf(databaseUrl));
  const query = connection.query;
  connection.query = function (this: unknown, statement, ...rest) {
    return query.call(this, without(counting, statement), ...rest);
  };
}

type Query = (this: unknown, statement: string | Statement, ...rest: unknown[]) => unknown;

function without(counting: string, statement: string | Statement): string | Statement {
  if (typeof statement !== 'object' || statement.text === undefined || 'submit' in statement) return statement;
  return { ...statement, text: statement.text.replace(counting, 'SELECT 1') };
}
