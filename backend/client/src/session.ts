/** How long PostgreSQL works on a statement, and lets a transaction wait for its next one, in milliseconds; 0 for no limit. */
export interface SessionLimits {
  statementTimeoutMs: number;
  idleInTransactionMs: number;
}

/**
 * What a connection of our own sets first: whatever the database, the role or the server have as defaults was made for
 * others, and ends our statements, keeps them from writing or changes what they mean.
 */
export function sessionStatement({ statementTimeoutMs, idleInTransactionMs }: SessionLimits): string {
  const settings = {
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionMs,
    lock_timeout: 0,
    idle_session_timeout: 0,
    default_transaction_isolation: 'read committed',
    default_transaction_read_only: 'off',
    default_transaction_deferrable: 'off',
    datestyle: 'ISO, MDY',
    timezone: 'UTC',
    intervalstyle: 'postgres',
    bytea_output: 'hex',
    extra_float_digits: 1,
    standard_conforming_strings: 'on',
    array_nulls: 'on',
    transform_null_equals: 'off',
  };
  const set = Object.entries(settings).map(([name, value]) => `set_config('${name}', '${value}', false)`);
  // PostgreSQL 17 and newer have a limit of transactions.
  return `SELECT ${set.join(', ')}; SELECT set_config('transaction_timeout', '0', false) WHERE current_setting('transaction_timeout', true) <> '0'`;
}
