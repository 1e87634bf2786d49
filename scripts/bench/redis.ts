import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Resources } from '@job-manager/server/cli/resources';
import { Redis } from 'ioredis';

/** A Redis of the benchmark's own, which keeps its data in memory alone. */
export interface BenchRedis {
  url: string;
  pid: number;
  version: string;
}

const READY_WITHIN_MS = 10_000;

/** Starts one where this machine has a `redis-server`; null where it hasn't. */
export async function startRedis(resources: Resources, folder: string): Promise<BenchRedis | null> {
  const port = await freePort();
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  // Detached, or Ctrl-C in the terminal would end it in the middle of a figure.
  const child = spawn('redis-server', settings, { stdio: 'ignore', detached: true });
  const isSpawned = await Promise.race([once(child, 'spawn'), once(child, 'error')]).then(
    () => child.pid !== undefined,
    () => false,
  );
  if (!isSpawned || child.pid === undefined) return null;
  // Also where the benchmark ends without clearing up after itself.
  process.once('exit', () => child.kill());
  await resources.hold(Promise.resolve(child), stop);
  const url = `redis://127.0.0.1:${port}`;
  return { url, pid: child.pid, version: await readVersion(url) };
}

async function readVersion(url: string): Promise<string> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => 20 });
  // It is still starting at the first call.
  client.on('error', () => {});
  try {
    const info = await Promise.race([client.info('server'), delay(READY_WITHIN_MS)]);
    const version = info?.match(/redis_version:(\S+)/)?.[1];
    if (version === undefined) throw new Error('The redis-server of this machine did not start.');
    return version;
  } finally {
    client.disconnect();
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
