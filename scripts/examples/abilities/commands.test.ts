import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify, stripVTControlCharacters } from 'node:util';
import { startTestServer, type TestServer } from '@job-manager/server/testing/server';
import type { SystemHealth } from '@job-manager/shared/contract/health';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { commandsOf, DOCUMENTS, isPlaceholder, readDocument, wordsOf } from '../../lib/documents.js';
import { createJobsProgram } from '../../lib/jobs-program.js';

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await startTestServer();
  token = await server.tokenOf('chief@example.com', 'SUPER_ADMIN');
  vi.stubEnv('DATABASE_URL', server.database.url);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

/** Runs the lines of a file one by one and returns what each of them wrote. */
async function run(file: string): Promise<string[]> {
  const lines = readFileSync(new URL(file, import.meta.url), 'utf8')
    .trim()
    .split('\n');
  const written: string[] = [];
  for (const line of lines) written.push(line.startsWith('pnpm jobs') ? await runJobs(line) : await inShell(line));
  return written;
}

/** A shell cuts the line into words; the command itself runs here, for starting a process takes seconds. */
async function runJobs(line: string): Promise<string> {
  const words = (await inShell(`pnpm() { printf '%s\\n' "$@"; }\n${line}`)).trim().split('\n');
  const out = vi.spyOn(console, 'log').mockImplementation(() => {});
  await createJobsProgram().parseAsync(words.slice(1), { from: 'user' });
  const text = out.mock.calls.map(([output]) => stripVTControlCharacters(String(output))).join('\n');
  out.mockRestore();
  return text;
}

async function inShell(command: string): Promise<string> {
  const here = command.replace('localhost:3000', new URL(server.url).host);
  const env = { PATH: process.env.PATH, JOB_MANAGER_TOKEN: token };
  return (await promisify(execFile)('bash', ['-c', here], { env })).stdout;
}

const rows = async (sql: string) => (await server.database.pool.query(sql)).rows;
const actionsOn = async (target: string) =>
  (await rows(`SELECT action FROM "AuditEvent" WHERE target = '${target}' ORDER BY id`)).map(({ action }) => action);

it('sets, pauses and resumes a channel while everything runs', async () => {
  const [set, paused, resumed, listed] = await run('./channels.sh');
  expect(set).toMatch(/^mail .* 5 .*100 in 60 s .*3$/m);
  expect(paused).toContain('The provider is down');
  expect(resumed).not.toContain('The provider is down');
  expect(listed).toBe(resumed);
  expect(await actionsOn('mail')).toEqual(['channel.set', 'channel.pause', 'channel.resume']);
});

it('sets, pauses and resumes a job', async () => {
  const [set, paused, resumed] = await run('./jobs.sh');
  expect(set).toContain('trending');
  expect(paused).toContain('Wrong figures');
  expect(resumed).not.toContain('Wrong figures');
  expect(await actionsOn('trending')).toEqual(['job.set', 'job.pause', 'job.resume']);
});

it('makes a schedule, lists when it comes due, runs, pauses and previews it', async () => {
  const [added, next, queued, paused, backfilled] = await run('./schedules.sh');
  expect(added).toMatch(/^trending-nightly +trending +At 03:00( AM)? \(Europe\/Berlin\)/m);
  expect(next?.split('\n')).toEqual([1, 2, 3].map(() => expect.stringMatching(/^\d{4}-\d\d-\d\d 0[12]:00:00 UTC$/)));
  const [manual] = await rows('SELECT id, "jobName" FROM "JobRun"');
  expect([queued, manual.jobName]).toEqual([`Queued run #${manual.id}.`, 'trending']);
  expect(paused).toMatch(/trending-nightly .* paused .*Until the move is over/);
  expect(backfilled?.match(/2026-11-2\d 02:00:00 UTC/g)).toHaveLength(5);
  expect(await rows('SELECT id FROM "JobRun"')).toHaveLength(1);
});

it('checks the rules of the engine, and reports the state of the system for programs', async () => {
  const [checked, answer] = await run('./health.sh');
  expect(checked).toBe('All rules of the engine hold.');
  const health = JSON.parse(String(answer)) as SystemHealth;
  expect(health.reasons.map(({ code }) => code)).toContain('NO_RUNNER');
});

/** What documents print of `pnpm jobs` and changes nothing. */
const READS = new Set([
  'alert',
  'bulk',
  'channel',
  'check',
  'find',
  'list',
  'metrics',
  'queue',
  'runner',
  'schedule',
  'show',
]);
const readingLines = DOCUMENTS.flatMap((document) => commandsOf(readDocument(document))).filter((line) => {
  const words = wordsOf(line).slice(1);
  const [first = '', second = ''] = words.slice(1);
  const leaf = second === '' || second.startsWith('--') || first === 'metrics' ? first : second;
  // The command alone, without its arguments.
  const isWhole = words.length > 3 || !['find', 'show'].includes(leaf);
  return line.startsWith('pnpm jobs ') && READS.has(leaf) && isWhole && !words.some(isPlaceholder);
});

it.each([...new Set(readingLines)])('%s answers', async (line) => {
  await server.database.pool.query(
    `INSERT INTO "JobRun" (id, "jobName", "correlationId") VALUES (12, 'trending', 'order-4711') ON CONFLICT DO NOTHING`,
  );
  const output = await runJobs(line);
  const { exitCode = 0 } = process;
  process.exitCode = undefined;
  expect([exitCode, output]).toEqual([0, expect.stringMatching(/\w/)]);
});
