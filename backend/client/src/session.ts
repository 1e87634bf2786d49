/** How long PostgreSQL works on a statement, and lets a transaction wait for its next one, in milliseconds; 0 for no limit. */
export interface SessionLimits {
  statementTimeoutMs: number;
  idleInTransactionMs: number;
}

/**
 * What a connection of our own sets first: whatever the database, the role or the server have as defaults was made for
 * others, and ends our statements, keeps them from writing or changes what they mean.
 */
export const sessionStatement = ({ statementTimeoutMs, idleInTransactionMs }: SessionLimits): string =>
  [
    `SET statement_timeout = ${statementTimeoutMs}`,
    `SET idle_in_transaction_session_timeout = ${idleInTransactionMs}`,
    'SET lock_timeout = 0',
    'SET idle_session_timeout = 0',
    // PostgreSQL 17 and newer have it.
    `SELECT set_config('transaction_timeout', '0', false) WHERE current_setting('transaction_timeout', true) <> '0'`,
    `SET default_transaction_isolation = 'read committed'`,
    'SET default_transaction_read_only = off',
    'SET default_transaction_deferrable = off',
    `SET datestyle = 'ISO, MDY'`,
    `SET timezone = 'UTC'`,
    `SET intervalstyle = 'postgres'`,
    `SET bytea_output = 'hex'`,
    'SET extra_float_digits = 1',
    'SET standard_conforming_strings = on',
    'SET array_nulls = on',
    'SET transform_null_equals = off',
  ].join('; ');
