import { expect, it } from 'vitest';
import { jobScope, outsideJobScope, perJobScope, readWithin, withinJobs, withinScope } from './job-scope.js';

const within = (text: string) => readWithin(text, ['media-*', 'trending']).replace(/\s+/g, ' ').trim();
const RUNS = `"limited_JobRun" AS NOT MATERIALIZED (SELECT * FROM "JobRun" WHERE ("jobName" LIKE 'media-%' OR "jobName" = 'trending'))`;

it('puts each table with data of jobs behind a condition, once, however the statement begins', () => {
  expect(within('SELECT r.id FROM "JobRun" r JOIN "JobRun" o ON o.id = r."rerunOfId"')).toBe(
    `WITH ${RUNS} SELECT r.id FROM "limited_JobRun" r JOIN "limited_JobRun" o ON o.id = r."rerunOfId"`,
  );
  expect(within('\nWITH found AS (SELECT * FROM "JobRun") SELECT * FROM found')).toBe(
    `WITH ${RUNS}, found AS (SELECT * FROM "limited_JobRun") SELECT * FROM found`,
  );
  expect(within('WITH RECURSIVE lane AS (SELECT 1) SELECT FROM lane, "JobRun"')).toBe(
    `WITH RECURSIVE ${RUNS}, lane AS (SELECT 1) SELECT FROM lane, "limited_JobRun"`,
  );
  expect(within('(SELECT 1 FROM "JobRun") UNION ALL (SELECT 2)')).toBe(
    `WITH ${RUNS} (SELECT 1 FROM "limited_JobRun") UNION ALL (SELECT 2)`,
  );
});

it('leaves alone what is about no job, what stands in texts, and what changes rows', () => {
  for (const text of [
    'SELECT * FROM "Runner"',
    `SELECT '"JobRun"'::regclass, "JobRunner" FROM "Channel"`,
    'INSERT INTO "AuditEvent" SELECT FROM "JobRun"',
    'WITH gone AS (DELETE FROM "JobRun" RETURNING id) SELECT * FROM gone',
  ])
    expect(readWithin(text, ['a'])).toBe(text);
});

it('takes a pattern for nothing but itself', () => {
  expect(readWithin('SELECT FROM "Job"', ['a_b*', "x'y"])).toContain(`(name LIKE 'a\\_b%' OR name = 'x''y')`);
});

it('takes a limit to no job for none of them, not for all', () => {
  expect(readWithin('SELECT FROM "Job"', [])).toContain('(SELECT * FROM "Job" WHERE (false))');
});

it('holds for all that is awaited within it, under no name that a connection may know', async () => {
  const statement = { name: 'runs', text: 'SELECT FROM "JobRun"', values: [] };
  expect(withinScope(statement)).toBe(statement);
  await withinJobs(['a'], async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(withinScope(statement)).toMatchObject({ name: undefined, text: expect.stringContaining(`= 'a'`) });
    expect(withinScope('SELECT 1')).toBe('SELECT 1');
    expect(outsideJobScope(() => withinScope(statement))).toBe(statement);
  });
  expect(jobScope()).toBeNull();
});

it('keeps one of a thing for each set of jobs', () => {
  let made = 0;
  const ofScope = perJobScope(() => ({ number: ++made }));
  const whole = ofScope();
  const some = withinJobs(['a', 'b'], ofScope);
  expect([withinJobs(['b', 'a'], ofScope), ofScope()]).toEqual([some, whole]);
  expect(withinJobs(['a'], ofScope)).toEqual({ number: 3 });
  expect(withinJobs([], ofScope)).toEqual({ number: 4 });
});
