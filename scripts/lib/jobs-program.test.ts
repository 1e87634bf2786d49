import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { stripVTControlCharacters } from 'node:util';
import { createTestDatabase, type TestDatabase } from '@job-manager/engine/testing/database';
import { someRunner } from '@job-manager/engine/testing/some-runner';
import { startMailbox } from '@job-manager/server/testing/receivers-test-kit';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createJobsProgram } from './jobs-program.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  vi.stubEnv('DATABASE_URL', database.url);
});
afterAll(() => database.drop());
afterEach(() => {
  process.exitCode = undefined;
});

interface JobsOutput {
  out: string;
  err: string;
  exitCode: number;
}

/** What `jobs …` writes, colours aside. */
async function jobs(...args: string[]): Promise<JobsOutput> {
  const out = vi.spyOn(console, 'log').mockImplementation(() => {});
  const err = vi.spyOn(console, 'error').mockImplementation(() => {});
  await createJobsProgram().parseAsync(args, { from: 'user' });
  const textOf = (spy: typeof out) => spy.mock.calls.map(([text]) => stripVTControlCharacters(String(text))).join('\n');
  const exitCode = Number(process.exitCode ?? 0);
  process.exitCode = undefined;
  const result = { out: textOf(out), err: textOf(err), exitCode };
  out.mockRestore();
  err.mockRestore();
  return result;
}

async function aRun(set = ''): Promise<string> {
  const added = await database.pool.query<{ id: string }>(
    `INSERT INTO "JobRun" ("jobName", parameters) VALUES ('trending', '{"hours": 24}') RETURNING id`,
  );
  const id = String(added.rows[0]?.id);
  if (set !== '') await database.pool.query(`UPDATE "JobRun" SET ${set} WHERE id = $1`, [id]);
  return id;
}

const auditOf = async (action: string) =>
  (await database.pool.query('SELECT * FROM "AuditEvent" WHERE action = $1 ORDER BY id DESC LIMIT 1', [action]))
    .rows[0];

describe('jobs bulk', () => {
  it('shows what an act on many would touch, and starts it with --yes', async () => {
    const id = await aRun(`channel = 'letters'`);
    const seen = await jobs('bulk', 'purge', '--channel', 'letters');
    expect(seen.out).toMatch(/trending +1\n1 runs\. Add --yes to start it\./);
    const begun = await jobs('bulk', 'purge', '--channel', 'letters', '--reason', 'sent twice', '--yes');
    expect(begun.out).toMatch(/action +purge\n +state +RUNNING\n +done +0 of 1, 0 skipped/);
    expect(await auditOf('bulk.start')).toMatchObject({ details: { action: 'purge', runs: 1, reason: 'sent twice' } });
    const [operation] = JSON.parse((await jobs('bulk', 'list', '--json')).out).operations;
    expect((await jobs('bulk', 'abort', operation.id)).out).toContain('ABORTED');
    await jobs('run', 'cancel', id);
    const stuck = await jobs('bulk', 'force-fail', '--stopping', '--grace', '10s');
    expect(stuck.out).toContain('0 runs.');
    expect(await jobs('bulk', 'cancel')).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('at least one condition'),
    });
  });
});

describe('jobs run', () => {
  it('shows why a run waits, and everything else about it', async () => {
    const id = await aRun(
      `"runAt" = clock_timestamp() + interval '1 hour', "uniqueKey" = 'daily', "uniqueScope" = 'RUNNING'`,
    );
    const { out } = await jobs('run', 'show', `#${id}`);
    expect(out).toContain(`#${id} trending  QUEUED`);
    expect(out).toMatch(/waits .*Until \d{4}-/);
    expect(out).toMatch(/unique key +daily \(running\)/);
    expect(out).toMatch(/parameters +\{"hours":24\}/);
    expect(JSON.parse((await jobs('--json', 'run', 'show', id)).out)).toMatchObject({
      id,
      waiting: { reason: 'scheduled' },
    });
  });

  it('gives a queued run another time, and records in the audit log who did', async () => {
    const id = await aRun(`"runAt" = clock_timestamp() + interval '1 hour'`);
    await jobs('run', 'reschedule', id, '--in', '2h');
    expect((await auditOf('run.reschedule')).userAgent).toMatch(/^jobs\.ts, /);
    const later = await database.pool.query(
      `SELECT "runAt" > clock_timestamp() + interval '119 minutes' AS is FROM "JobRun" WHERE id = $1`,
      [id],
    );
    expect(later.rows[0].is).toBe(true);
    expect((await jobs('--json', 'run', 'reschedule', id, '--priority', '-3')).out).toContain('"priority": -3');
    expect((await jobs('--json', 'run', 'reschedule', id)).out).not.toContain('"scheduled"');
  });

  it('lists the queue of a channel or a job, and why each run waits', async () => {
    const id = await aRun(`channel = 'slow', "runAt" = clock_timestamp() + interval '1 hour'`);
    await aRun();
    const { out } = await jobs('run', 'queue', '--channel', 'slow');
    expect(out).toMatch(new RegExp(`#${id} +trending +slow +0 +Its time has not come`));
    expect(out.split('\n')).toHaveLength(2);
    const { runs, cursor } = JSON.parse((await jobs('--json', 'run', 'queue', '--job', 'trending')).out);
    expect([runs.length > 1, cursor]).toEqual([true, null]);
    expect((await jobs('run', 'queue', '--state', 'blocked', '--channel', 'slow')).out).toBe('No run is queued.');
    expect((await jobs('run', 'queue', '--cursor', 'x')).err).toContain('cursor is not one');
  });

  it('cancels a run, and with --graph those that wait for it', async () => {
    const first = await aRun('"hasDependents" = true');
    const second = await aRun(`"isBlocked" = true, "dependsOn" = '{${first}}', "waitsFor" = 'FINISHED'`);
    expect((await jobs('run', 'cancel', second)).out).toContain('CANCELLED');
    const third = await aRun(`"isBlocked" = true, "dependsOn" = '{${first}}', "waitsFor" = 'FINISHED'`);
    expect((await jobs('run', 'cancel', first, '--graph')).out).toContain('CANCELLED');
    expect((await jobs('run', 'show', third)).out).toContain('CANCELLED');
  });

  it.each([
    [['run', 'show', '999999'], 'There is no run #999999.'],
    [['run', 'show', 'x1'], '"x1" is no number of a run'],
    [['run', 'reschedule', '1', '--in', '1h', '--at', '2030-01-01'], 'Either --at or --in'],
    [['run', 'reschedule', '1', '--priority', '101'], '100'],
    [['schedule', 'next', 'nope'], 'There is no schedule named "nope".'],
    [['schedule', 'add', 'Bad Name', 'trending', '--cron', '* * * * *'], 'lower case letter'],
    [['schedule', 'add', 'never', 'trending', '--cron', '0 0 30 2 *'], 'never comes due'],
    [['schedule', 'add', 'lost', 'no-such-job', '--cron', '* * * * *'], 'no-such-job'],
    [['schedule', 'add', 'nowhere', 'trending', '--cron', '* * * * *', '--time-zone', 'Mars/Base'], 'Mars/Base'],
    [['batch', 'show', '999'], 'There is no batch #999.'],
    [['batch', 'add', '/no/such/file.json'], "can't be read"],
  ])('refuses %j in one line', async (args, message) => {
    const { err, exitCode } = await jobs(...args);
    expect(err).toContain(message);
    expect(exitCode).toBe(1);
  });
});

describe('jobs check', () => {
  it('reports that all rules hold, and which one does not', async () => {
    expect(await jobs('check')).toMatchObject({ out: 'All rules of the engine hold.', exitCode: 0 });
    const id = await aRun('crashes = 1');
    expect(await jobs('check')).toMatchObject({ out: 'broken 1 times: crashes never exceed claims', exitCode: 1 });
    await database.pool.query('DELETE FROM "JobRun" WHERE id = $1', [id]);
  });
});

describe('jobs schedule', () => {
  it('adds, pauses, resumes, runs and removes a schedule', async () => {
    const added = await jobs(
      'schedule',
      'add',
      'nightly',
      'trending',
      '--cron',
      '0 3 * * *',
      '--time-zone',
      'Europe/Berlin',
    );
    expect(added.err).toBe('');
    expect(added.out).toMatch(/nightly +trending/);
    expect(JSON.parse((await jobs('--json', 'schedule', 'next', 'nightly', '--count', '3')).out).times).toHaveLength(3);
    const lane = ['--channel', 'slow', '--priority', '-5'];
    const changed = await jobs('schedule', 'change', 'nightly', '--every', '2h', '--overlap', 'queue', ...lane);
    expect(changed).toMatchObject({ err: '', out: expect.stringMatching(/nightly +trending +.*2 h/i) });
    const listed = async () => JSON.parse((await jobs('--json', 'schedule')).out).schedules[0];
    expect(await listed()).toMatchObject({ overlap: 'queue', channel: 'slow', priority: -5 });
    await jobs('schedule', 'change', 'nightly', '--no-channel');
    expect(await listed()).toMatchObject({ overlap: 'queue', channel: null, priority: -5 });
    expect((await jobs('schedule', 'preview', '--cron', '0 9 * * 1')).out).toContain('09:00');
    expect((await jobs('schedule', 'pause', 'nightly', '--reason', 'holidays')).out).toMatch(/paused .*holidays/);
    expect((await jobs('schedule', 'resume', 'nightly')).out).not.toContain('paused');
    const queued = await jobs('schedule', 'run', 'nightly');
    expect(queued.out).toMatch(/^Queued run #\d+\.$/);
    expect((await jobs('run', 'show', queued.out.replace(/\D/g, ''))).out).toMatch(/schedule +nightly/);
    expect((await jobs('schedule', 'remove', 'nightly')).out).toBe('Removed schedule nightly.');
    expect((await jobs('schedule')).out).toBe('There are no schedules.');
  });
});

describe('jobs channel', () => {
  it('sets, pauses and resumes a channel, and keeps omitted values', async () => {
    expect((await jobs('channel', 'set', 'mail', '--concurrency', '5', '--rate', '100/1m')).err).toBe('');
    expect((await jobs('channel', 'set', 'mail', '--weight', '3')).out).toMatch(/mail .*5 .*100 in 60 s .*3/);
    expect((await jobs('channel', 'set', 'mail', '--rate', 'none')).out).not.toContain('100 in');
    expect((await jobs('channel', 'pause', 'mail', '--reason', 'provider is down', '--for', '10m')).out).toContain(
      'provider is down',
    );
    expect(await auditOf('channel.pause')).toMatchObject({ target: 'mail' });
    expect((await jobs('channel', 'resume', 'mail')).out).not.toContain('provider is down');
  });

  it('keeps as much of a reason as there is room for', async () => {
    expect(await jobs('channel', 'pause', 'wordy', '--reason', 'x'.repeat(600))).toMatchObject({
      err: '',
      exitCode: 0,
    });
    expect((await jobs('--json', 'channel')).out).toMatch(/"x{450,}… \d+ more characters were left out"/);
  });

  it.each([
    [['channel', 'set', 'mail', '--concurrency', '-1'], 'concurrency'],
    [['channel', 'set', 'Mail', '--weight', '1'], 'lower case'],
  ])('refuses %j', async (args, message) => {
    const { err, exitCode } = await jobs(...args);
    expect(err).toContain(message);
    expect(exitCode).toBe(1);
  });
});

describe('jobs runner', () => {
  it('lists runners, commands them by name, and reports which are unknown and what they cannot execute', async () => {
    const id = await someRunner(database.pool);
    expect((await jobs('runner')).out).toMatch(new RegExp(`far:1 +${id} +active +0 of 10 +all +test`));
    expect((await jobs('runner', 'drain', 'far:1')).out).toBe('far:1: drain sent');
    const change = ['--concurrency', '4', '--channels', 'mail,sms', '--log-level', 'debug'];
    const { commands } = JSON.parse((await jobs('--json', 'runner', 'set', id, ...change)).out);
    const expected = { concurrency: 4, channels: ['mail', 'sms'], logLevel: 'debug' };
    expect(commands).toMatchObject([{ kind: 'SET', runnerId: id, change: expected, state: 'sent' }]);
    expect((await auditOf('runner.command')).details).toMatchObject({ command: 'SET', change: expected });
    expect(await jobs('runner', 'restart', 'far:1')).toMatchObject({
      exitCode: 1,
      err: expect.stringMatching(/Nothing would start it again/),
    });
    expect(await jobs('runner', 'ping', 'far:2')).toMatchObject({ err: expect.stringMatching(/no runner "far:2"/) });
    expect(await jobs('runner', 'set', 'far:1', '--concurrency', '0')).toMatchObject({
      err: expect.stringMatching(/from 1 to 1000/),
    });
    expect(await jobs('runner', 'set', 'far:1', '--log-level', 'loud')).toMatchObject({
      err: expect.stringMatching(/logLevel|log-level/),
    });
    expect(await jobs('runner', 'set', '--concurrency', '3')).toMatchObject({ err: expect.stringMatching(/--all/) });
    expect(await jobs('runner', 'set', '--label', 'region=eu', '--paused', 'on')).toMatchObject({ exitCode: 1 });
    expect((await jobs('runner', 'set', '--all', '--paused', 'on')).out).toBe('far:1: set sent');
  });

  it('shows what one logged, and removes those that are gone', async () => {
    const id = await someRunner(database.pool);
    await database.pool.query(
      `INSERT INTO "RunnerLogLine" ("runnerId", at, level, message) VALUES ($1, now(), 'warn', 'Run #7 was taken away')`,
      [id],
    );
    expect((await jobs('runner', 'log', id)).out).toMatch(/warn +Run #7 was taken away/);
    expect((await jobs('runner', 'log', id, '--level', 'error')).out).toBe('Nothing was kept.');
    expect(await jobs('runner', 'log', id, '--level', 'loud')).toMatchObject({ exitCode: 1 });
    await database.pool.query(`UPDATE "Runner" SET status = 'LOST' WHERE id = $1`, [id]);
    expect((await jobs('runner', 'cleanup', '--dry-run')).out).toContain('far:1: lost, 0 runs in its name');
    expect((await jobs('runner', 'cleanup')).out).toBe('Removed 1 of 1 runners and recovered 0 runs.');
    expect((await jobs('runner', 'cleanup')).out).toBe('No runner is lost or has stopped.');
  });

  it('sets, shows and removes what runners start with', async () => {
    const own = 'Runners start with their own settings.';
    expect((await jobs('runner', 'default')).out).toBe(own);
    const set = await jobs('runner', 'default', '--concurrency', '3', '--channels', 'mail', '--paused', 'on');
    expect(set.out).toBe('Runners start with 3 slots, channels mail, paused.');
    expect(await jobs('runner', 'default', '--paused', 'maybe')).toMatchObject({ exitCode: 1 });
    expect(JSON.parse((await jobs('--json', 'runner', 'default')).out).change).toMatchObject({ concurrency: 3 });
    expect((await jobs('runner', 'default', '--remove')).out).toBe(own);
  });
});

describe('jobs job', () => {
  it('sets, pauses, resumes and resets a job', async () => {
    const set = await jobs('job', 'set', 'trending', '--priority', '-5', '--timeout', '10m', '--critical', 'yes');
    expect(set).toMatchObject({
      err: '',
      out: expect.stringMatching(/trending +critical, priority -5, timeout 10 min/),
    });
    expect((await jobs('job', 'pause', 'trending', '--reason', 'wrong figures')).out).toMatch(/paused .*wrong figures/);
    expect(await auditOf('job.pause')).toMatchObject({ target: 'trending' });
    expect((await jobs('job', 'resume', 'trending')).out).not.toContain('paused');
    expect((await jobs('job', 'set', 'trending', '--priority', 'code')).out).not.toContain('priority');
    expect((await jobs('job', 'reset', 'trending')).out).not.toContain('critical');
    expect((await jobs('job', 'pause', 'nothing')).err).toContain('There is no job named "nothing"');
  });
});

describe('jobs alert', () => {
  it('lists incidents, acts on them, and switches rules', async () => {
    const what = {
      ruleName: 'A rule',
      kind: 'runFailed',
      severity: 'CRITICAL',
      title: 'trending fails',
      cause: 'Full',
    } as const;
    const { id } = await database.db.incident.create({ data: { key: 'a key', ...what } });
    expect((await jobs('alert')).out).toMatch(new RegExp(`#${id} +critical +trending fails`));
    await jobs('alert', 'acknowledge', String(id), '--note', 'on it');
    await jobs('alert', 'mute', `#${id}`, '--for', '2h');
    const shown = await jobs('alert', 'show', String(id));
    expect(shown.out).toMatch(/state +critical, acknowledged, muted/);
    expect(shown.out).toMatch(/note +on it/);
    expect((await jobs('alert', 'resolve', String(id))).out).toMatch(/state +over/);
    expect(await auditOf('incident.resolve')).toMatchObject({ target: `#${id} trending fails` });
    expect(await jobs('alert', 'resolve', String(id))).toMatchObject({ exitCode: 1 });
    expect((await jobs('alert', 'on', 'no runner')).out).toMatch(/No runner +on/);
    expect((await jobs('alert', 'off', 'nothing')).err).toContain('There is no rule "nothing"');
    expect(JSON.parse((await jobs('--json', 'alert', 'destinations')).out)).toEqual({ destinations: [] });
  });
});

describe('jobs alert test', () => {
  it('sends a test message, and shows what the receiver answered', async () => {
    const mailbox = await startMailbox();
    vi.stubEnv('ALERTS_SMTP_URL', mailbox.url);
    await database.pool.query(
      `INSERT INTO "AlertDestination" (name, kind, target, emails) VALUES ('Ops', 'EMAIL', 'ops@example.com', '{ops@example.com}')`,
    );
    expect((await jobs('alert', 'test', 'ops')).out).toMatch(/^The receiver took the test message in \d+ ms/);
    expect(mailbox.mails.map(({ to }) => to)).toEqual([['ops@example.com']]);
    expect((await jobs('alert', 'destinations')).out).toMatch(/Ops +email +ops@example.com +sent/);
    expect(await auditOf('alert-destination.test')).toMatchObject({ target: 'Ops', details: { ok: true } });
    vi.stubEnv('ALERTS_SMTP_URL', undefined);
    const refused = await jobs('alert', 'test', 'ops');
    expect([refused.exitCode, refused.err]).toEqual([1, expect.stringContaining('ALERTS_SMTP_URL')]);
    expect((await jobs('alert', 'test', 'nothing')).err).toContain('There is no destination "nothing"');
    await mailbox.close();
  });
});

describe('jobs batch', () => {
  it('queues a batch from a file, shows how far it is and cancels it', async () => {
    const file = `${await mkdtemp(`${tmpdir()}/batch-`)}/batch.json`;
    const runs = [
      { ref: 'a', jobName: 'trending' },
      { jobName: 'trending', after: ['a'] },
    ];
    await writeFile(file, JSON.stringify({ name: 'two of them', runs }));
    const added = JSON.parse((await jobs('--json', 'batch', 'add', file)).out);
    expect(added.jobRunIds).toHaveLength(2);
    expect((await jobs('batch', 'show', added.batchId)).out).toMatch(/0 of 2 \(0 %\)/);
    expect((await jobs('run', 'show', added.jobRunIds[1])).out).toContain(`#${added.jobRunIds[0]}`);
    expect((await jobs('batch', 'runs', added.batchId)).out).toMatch(/#\d+ +trending +QUEUED/);
    expect((await jobs('batch', 'cancel', added.batchId)).out).toMatch(/2 of 2 \(100 %\)/);
    expect((await jobs('batch')).out).toContain('two of them');
  });
});

describe('jobs metrics', () => {
  it('shows figures over time, of all and by job, and what the API would answer', async () => {
    await database.pool.query(
      `INSERT INTO "JobRunCount" VALUES (date_trunc('hour', now() - interval '3 hours', 'UTC'), 'trending', 'SUCCESS', 1234, 0)`,
    );
    const { out } = await jobs('metrics', 'completed', 'failed', '--last', '12h', '--step', '1h', '--compare');
    expect(out).toMatch(/^measure +of +in all +before +each 60 min$/m);
    expect(out).toMatch(/^completed +all +1,234 +\S+ +[▁·]*█[▁·]*$/m);
    const byJob = await jobs('--json', 'metrics', 'completed', '--last', '12h', '--step', '1h', '--by', 'job');
    expect(JSON.parse(byJob.out).series).toMatchObject([{ measure: 'completed', group: 'trending', total: 1_234 }]);
    expect(await jobs('metrics')).toMatchObject({ exitCode: 0 });
  });

  it.each([
    [['nonsense'], /completed/],
    [['depth', '--job', 'trending'], /--job: depth is known by channel alone/],
    [['completed', '--job', 'trendig'], /There is no job named "trendig"/],
    [['completed', '--last', '30d', '--step', '1m'], /--step: gives/],
  ])('refuses %j', async (args, message) => {
    const { err, exitCode } = await jobs('metrics', ...args);
    expect(err).toMatch(message);
    expect(exitCode).toBe(1);
  });
});
