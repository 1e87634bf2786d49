import { expect, it } from 'vitest';
import { qualified } from './in-schema.js';

it.each([
  ['SELECT * FROM "JobRun" j JOIN "Job" ON true', 'SELECT * FROM "s"."JobRun" j JOIN "s"."Job" ON true'],
  ['SELECT job_manager_room(1), x::"JobRunStatus"', 'SELECT "s".job_manager_room(1), x::"s"."JobRunStatus"'],
  [`SELECT nextval('"JobRun_id_seq"')`, `SELECT nextval('"s"."JobRun_id_seq"')`],
  // What a person reads is no name of ours.
  [`SELECT to_char(now(), 'HH24 "UTC"') FROM "JobRun"`, `SELECT to_char(now(), 'HH24 "UTC"') FROM "s"."JobRun"`],
  [`SELECT 'it''s "Mine", --' || x FROM "Job"`, `SELECT 'it''s "Mine", --' || x FROM "s"."Job"`],
  [`-- isn't "Job"\nSELECT FROM "Job" -- nor 'this`, `-- isn't "Job"\nSELECT FROM "s"."Job" -- nor 'this`],
  ['SELECT count(*) AS "Total" FROM theirs."Job"', 'SELECT count(*) AS "Total" FROM theirs."Job"'],
])('names the schema in %s', (text, named) => {
  expect(qualified(text, 's')).toBe(named);
});
