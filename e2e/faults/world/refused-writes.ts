import type { Sql } from '@job-manager/engine/store/sql';

/** Stands in for a full disk where none can be mounted: PostgreSQL refuses every write as it does without room. */
export class RefusedWrites {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async fill(): Promise<void> {
    await this.#sql.query(REFUSE);
  }

  async free(): Promise<void> {
    await this.#sql.query('DROP FUNCTION refuse_write CASCADE');
  }
}

const REFUSE = `
CREATE FUNCTION refuse_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
END $$;
DO $$
DECLARE name text;
BEGIN
  FOR name IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE 'CREATE TRIGGER refuse_write BEFORE INSERT OR UPDATE ON ' || name || ' EXECUTE FUNCTION refuse_write()';
  END LOOP;
END $$`;
