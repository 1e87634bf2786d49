import { afterAll, beforeAll, expect, it } from 'vitest';
import { readViolations } from '../../store/violations.js';
import { createTestDatabase, type TestDatabase } from '../../testing/database.js';
import { keepMonths } from './months.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const keep = () => keepMonths(database.pool).run(async () => true);
const query = async (text: string, values: unknown[] = []) => (await database.pool.query(text, values)).rows;
const monthNames = async () =>
  (await query(`SELECT relname FROM pg_class WHERE relname ~ '^JobRun_\\d{4}_\\d{2}$' ORDER BY 1`)).map(
    ({ relname }) => relname,
  );
/** The partition of the month that is so many months after this one. */
const monthOf = async (later: number) =>
  (
    await query(`SELECT to_char(job_manager_month(now(), $1) AT TIME ZONE 'UTC', '"JobRun_"YYYY_MM') AS name`, [later])
  )[0]?.name;
/** A run that ended on the second day of that month; returns its id. */
const anEnded = async (later: number): Promise<string> =>
  (
    await query(
      `INSERT INTO "JobRun" ("jobName", status, "finishedAt") VALUES ('job', 'CANCELLED', job_manager_month(now(), $1) + interval '1 day') RETURNING id`,
      [later],
    )
  )[0]?.id;
const placeOf = async (id: string) =>
  (await query('SELECT tableoid::regclass::text AS name FROM "JobRun" WHERE id = $1', [id]))[0]?.name;

it('makes missing months, and moves the runs there that ended without one', async () => {
  // Another month may have begun since the tables were made.
  await keep();
  const [last, next] = [await monthOf(2), await monthOf(1)];
  await query(`DROP TABLE "${last}", "${next}"`);
  const [early, late] = [await anEnded(1), await anEnded(2)];
  expect(await placeOf(early)).toBe('"JobRun_active"');
  expect(await keep()).toBe('Made 2 and dropped 0 months');
  expect([await placeOf(early), await placeOf(late)]).toEqual([`"${next}"`, `"${last}"`]);
  // The counters know nothing of runs that were inserted.
  expect(await readViolations(database.pool)).toEqual({ 'counters equal the rows': 2 });
  await expect(query(`UPDATE "JobRun" SET status = 'FAILED' WHERE id = $1`, [late])).rejects.toThrow(
    'it cannot become FAILED',
  );
  expect(await keep()).toBe('Made 0 and dropped 0 months');
});

it('names runs for which there is no month', async () => {
  const id = await anEnded(30);
  await expect(keep()).rejects.toThrow('1 ended runs lie among the active ones');
  await query('DELETE FROM "JobRun" WHERE id = $1', [id]);
});

it('drops a month that is long over once it is empty, and not before', async () => {
  const old = await monthOf(-40);
  await query(`ALTER TABLE "JobRun" DETACH PARTITION "JobRun_before"`);
  await query('SELECT job_manager_make_month(job_manager_month(now(), -40), job_manager_month(now(), -39))');
  const id = await anEnded(-40);
  expect(await placeOf(id)).toBe(`"${old}"`);
  expect(await keep()).toBe('Made 0 and dropped 0 months');
  await query('DELETE FROM "JobRun" WHERE id = $1', [id]);
  expect(await keep()).toBe('Made 0 and dropped 1 months');
  expect(await monthNames()).not.toContain(old);
});
