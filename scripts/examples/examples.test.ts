import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startTestServer, type TestServer } from '@job-manager/server/testing/server';
import type { JobRun } from '@job-manager/shared/contract/run';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const inHere = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const examples = {
  Python: ['python3', inHere('external_job.py')],
  bash: ['bash', inHere('external-job.sh')],
} as const;

let server: TestServer;
let operator: string;
let apiToken: string;
let folder: string;
const programs: ChildProcess[] = [];

beforeAll(async () => {
  for (const needed of ['python3', 'curl', 'bash']) requireProgram(needed);
  // Sweeps often, so that silence is noticed soon.
  server = await startTestServer({ JOBS_SWEEP_MS: '100' });
  operator = await server.tokenOf('chief@example.com', 'SUPER_ADMIN');
  const created = await server.call<{ token: string }>(operator, 'POST', '/admin/tokens', {
    name: 'example',
    permissions: ['execute'],
  });
  apiToken = created.token;
  folder = await mkdtemp(join(tmpdir(), 'job-manager-example-'));
  await mkdir(join(folder, 'a folder'));
  await writeFile(join(folder, 'first.txt'), 'one');
  await writeFile(join(folder, 'a folder', 'sécond "quoted" \\ name.txt'), 'two');
  await writeFile(join(folder, 'empty.txt'), '');
  // One name that is no text, and one of two lines.
  await mkdir(join(folder, 'odd'));
  await writeFile(Buffer.concat([Buffer.from(join(folder, 'odd', 'caf')), Buffer.from([0xe9])]), 'three');
  await writeFile(join(folder, 'odd', 'two\nlines\t'), 'four');
});
afterAll(async () => {
  for (const program of programs) program.kill('SIGKILL');
  await server.close();
  await rm(folder, { recursive: true });
});

/** The examples are part of the product: a machine that can't run them can't test them. */
function requireProgram(name: string): void {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' });
  } catch {
    throw new Error(`The tests of the example programs need ${name}; install it and run them again`);
  }
}

interface Started {
  program: ChildProcess;
  runId: string;
  /** Exit status, and all that was written. */
  ended: Promise<{ status: number | null; text: string }>;
}

interface Options {
  folder?: string;
  pauseS?: number;
  inactivityS?: number;
  heartbeatS?: number;
  url?: string;
  token?: string;
}

/** Starts an example and waits until its run has begun. */
async function start(kind: keyof typeof examples, options: Options = {}): Promise<Started> {
  const { folder: of = folder, pauseS = 0, inactivityS = 60, heartbeatS = 30, url = server.url } = options;
  const more = kind === 'Python' ? ['--pause', `${pauseS}`, '--inactivity-s', `${inactivityS}`] : [];
  const [command, ...args] = [...examples[kind], of, ...more];
  const program = spawn(command, args, {
    env: {
      PATH: process.env.PATH,
      JOB_MANAGER_URL: url,
      JOB_MANAGER_TOKEN: options.token ?? apiToken,
      HEARTBEAT_S: `${heartbeatS}`,
      PAUSE_S: `${pauseS}`,
      INACTIVITY_S: `${inactivityS}`,
    },
  });
  programs.push(program);
  let text = '';
  for (const stream of [program.stdout, program.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  }
  const ended = new Promise<{ status: number | null; text: string }>((resolve) => {
    program.once('close', (status) => resolve({ status, text }));
  });
  const runId = await new Promise<string>((resolve, reject) => {
    program.stdout.on('data', () => {
      const found = /run #(\d+) began/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
    void ended.then(() => reject(new Error(`No run began: ${text}`)));
  });
  return { program, runId, ended };
}

const readRun = (runId: string) => server.call<JobRun>(operator, 'GET', `/admin/jobs/${runId}`);
const linesOf = async (runId: string) => {
  const path = `/admin/jobs/${runId}/messages`;
  const { messages } = await server.call<{ messages: { level: string; message: string; source: string }[] }>(
    operator,
    'GET',
    path,
  );
  return messages;
};
/** Waits until the run matches. */
const until = (runId: string, is: (run: JobRun) => boolean) =>
  vi.waitFor(
    async () => {
      const run = await readRun(runId);
      if (!is(run)) throw new Error(`Run #${runId} is ${run.status} at ${run.progressPercent}`);
      return run;
    },
    { interval: 50 },
  );

// At once: most of their time they wait for their own pauses and retries.
describe.concurrent.each(['Python', 'bash'] as const)('the example in %s', (kind) => {
  it('shows its steps and messages and ends as a success', async () => {
    const { runId, ended } = await start(kind);
    const { status, text } = await ended;
    expect([status, text]).toEqual([0, expect.stringContaining(`run #${runId} is done`)]);
    const run = await readRun(runId);
    expect(run).toMatchObject({
      jobName: 'checksum-files',
      status: 'SUCCESS',
      triggeredByToken: 'example',
      progressPercent: 100,
      parameters: { folder },
      metadata: { files: 5 },
      warningCount: 1,
    });
    expect(run.steps).toMatchObject([
      { label: 'Find the files', state: 'done', message: '5 files' },
      { label: 'Read them', state: 'done', progress: 1 },
      { label: 'Sum up', state: 'done' },
    ]);
    expect(await linesOf(runId)).toMatchObject([
      { level: 'INFO', message: 'Found 5 files', source: 'JOB' },
      { level: 'WARN', message: 'empty.txt is empty' },
      { level: 'INFO', message: expect.stringMatching(/^Done/) },
    ]);
  });

  it('stops when its run is cancelled', async () => {
    const { runId, ended } = await start(kind, { pauseS: 0.3 });
    await until(runId, (run) => (run.progressPercent ?? 0) > 5);
    await server.call(operator, 'POST', `/admin/jobs/${runId}/cancel`);
    expect(await ended).toMatchObject({ status: 3, text: expect.stringContaining('was cancelled') });
    const run = await readRun(runId);
    expect(run).toMatchObject({ status: 'CANCELLED', error: null });
    expect(run.steps?.map((step) => step.state)).toEqual(['done', 'cancelled', 'skipped']);
  });

  it('fails its run when its work fails', async () => {
    const { runId, ended } = await start(kind, { folder: join(folder, 'nowhere') });
    expect(await ended).toMatchObject({ status: 1, text: expect.stringContaining('nowhere is not a folder') });
    expect(await readRun(runId)).toMatchObject({
      status: 'FAILED',
      error: expect.stringContaining('nowhere is not a folder'),
    });
  });

  it('fails its run when it receives a signal to end', async () => {
    const { program, runId, ended } = await start(kind, { pauseS: 0.3 });
    await until(runId, (run) => (run.progressPercent ?? 0) > 5);
    program.kill('SIGTERM');
    expect((await ended).status).toBe(1);
    expect(await readRun(runId)).toMatchObject({
      status: 'FAILED',
      error: expect.stringMatching(/ended by a signal/i),
    });
  });

  it('is failed for its silence when it is killed', async () => {
    const { program, runId, ended } = await start(kind, { pauseS: 0.3 });
    await until(runId, (run) => (run.progressPercent ?? 0) > 5);
    program.kill('SIGKILL');
    await ended;
    const silence = `UPDATE "JobRun" SET "lastHeartbeatAt" = "lastHeartbeatAt" - interval '61 seconds' WHERE id = $1`;
    await server.database.pool.query(silence, [runId]);
    const run = await until(runId, ({ status }) => status !== 'RUNNING');
    expect(run).toMatchObject({ status: 'FAILED', error: expect.stringMatching(/^No progress, message or heartbeat/) });
  });

  it('lives by its heartbeats while it has nothing to report', async () => {
    const { runId, ended } = await start(kind, {
      folder: join(folder, 'a folder'),
      // Two seconds: a beat is a program of its own, which a busy machine may start late.
      pauseS: 2.5,
      inactivityS: 2,
      heartbeatS: 0.2,
    });
    expect(await ended).toMatchObject({ status: 0 });
    expect((await readRun(runId)).status).toBe('SUCCESS');
  });

  it('learns from a heartbeat that it was cancelled', async () => {
    const { runId, ended } = await start(kind, { pauseS: 60, heartbeatS: 0.2 });
    await until(runId, (run) => (run.progressPercent ?? 0) > 5);
    await server.call(operator, 'POST', `/admin/jobs/${runId}/cancel`);
    expect((await ended).status).toBe(3);
    expect((await readRun(runId)).status).toBe('CANCELLED');
  });

  it('does everything once over a network that loses every second answer', async () => {
    const network = await startLossyNetwork(server.url);
    // A folder of its own, by which its runs are counted.
    const own = join(await mkdtemp(join(tmpdir(), 'job-manager-example-')), 'files');
    execFileSync('cp', ['-R', folder, own]);
    const { runId, ended } = await start(kind, { url: network.url, folder: own });
    const { status } = await ended;
    await network.stop();
    await rm(dirname(own), { recursive: true });
    expect(status).toBe(0);
    expect(network.lost()).toBeGreaterThan(5);
    expect(await countRuns(own)).toBe(1);
    expect(await readRun(runId)).toMatchObject({ status: 'SUCCESS', messageCount: 3, metadata: { files: 5 } });
  });

  it('reports the problem of its token', async () => {
    await expect(start(kind, { token: `jm_${'x'.repeat(43)}` })).rejects.toThrow(/401/);
  });
});

async function countRuns(of: string): Promise<number> {
  const counted = `SELECT count(*)::int AS runs FROM "JobRun" WHERE parameters ->> 'folder' = $1`;
  return (await server.database.pool.query(counted, [of])).rows[0].runs;
}

/** Passes calls on, and breaks the connection of every second one when the answer is there. */
async function startLossyNetwork(target: string) {
  let passed = 0;
  let lost = 0;
  const network = createServer((req, res) => {
    const { hostname, port } = new URL(target);
    const onward = request({ hostname, port, method: req.method, path: req.url, headers: req.headers }, (answer) => {
      passed += 1;
      if (passed % 2 === 0) {
        res.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(res);
        return;
      }
      lost += 1;
      answer.resume().once('end', () => req.socket.destroy());
    });
    onward.once('error', () => req.socket.destroy());
    req.pipe(onward);
  });
  await new Promise<void>((resolve) => network.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(network.address() as AddressInfo).port}`,
    lost: () => lost,
    stop: () => new Promise<void>((resolve) => network.close(() => resolve())),
  };
}
