import type { createPool } from '@job-manager/engine/database/client';
import type { Sql } from '@job-manager/engine/store/sql';
import { Choices } from '../fuzz/random.js';

type Pool = ReturnType<typeof createPool>;

/** Errors that PostgreSQL may answer to any statement of any client. */
const ERRORS = {
  '40001': 'could not serialize access due to concurrent update',
  '40P01': 'deadlock detected',
  '57014': 'canceling statement due to statement timeout',
  '57P01': 'terminating connection due to administrator command',
  '08006': 'connection failure',
  '53300': 'sorry, too many clients already',
  '53100': 'could not extend file: No space left on device',
} as const;
type ErrorCode = keyof typeof ERRORS;
const CODES = Object.keys(ERRORS) as ErrorCode[];

/** A connection that breaks may do so after the commit. All other errors mean that the statement changed nothing. */
const MAY_BE_DONE: readonly ErrorCode[] = ['57P01', '08006'];

type Moment = 'before' | 'after';

/** A pool of which some statements are answered with an error: instead of being executed, or after they were. */
export class FaultySql implements Sql {
  readonly #pool: Pool;
  readonly #choices: Choices;
  /** The part of the statements that are answered with an error. */
  rate: number;
  statements = 0;
  readonly injected: Record<ErrorCode, Record<Moment, number>>;

  /** The same errors in the same order for the same seed; which statements they meet is up to the machine. */
  constructor(pool: Pool, { seed, rate }: { seed: number; rate: number }) {
    this.#pool = pool;
    this.#choices = new Choices(seed);
    this.rate = rate;
    const none = CODES.map((code) => [code, { before: 0, after: 0 }]);
    this.injected = Object.fromEntries(none) as Record<ErrorCode, Record<Moment, number>>;
  }

  get faults(): number {
    return CODES.reduce((sum, code) => sum + this.injected[code].before + this.injected[code].after, 0);
  }

  // The driver has a dozen forms of this call; all go through as they came.
  readonly query = (async (...statement: Parameters<Sql['query']>) => {
    this.statements += 1;
    if (!this.#choices.chance(this.rate)) return this.#pool.query(...statement);
    const code = this.#choices.of(CODES);
    const moment = this.#choices.of<Moment>(['before', 'after']);
    this.injected[code][moment] += 1;
    if (moment === 'after') await this.#execute(statement, MAY_BE_DONE.includes(code) ? 'COMMIT' : 'ROLLBACK');
    throw Object.assign(new Error(ERRORS[code]), { code });
  }) as Sql['query'];

  /** Executes it to its end, to commit it or to take it back as PostgreSQL does with what it refuses at the commit. */
  async #execute(statement: Parameters<Sql['query']>, end: 'COMMIT' | 'ROLLBACK'): Promise<void> {
    const client = await this.#pool.connect();
    try {
      await client.query('BEGIN');
      await client.query(...statement);
    } finally {
      await client.query(end).finally(() => client.release());
    }
  }
}
