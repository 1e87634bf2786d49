import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cpuOf, cpuOfFamily } from './process-cpu.js';

/** A process that has worked for about so long by the time it has ended. */
const work = (ms: number) =>
  execFileSync(process.execPath, ['-e', `while (process.cpuUsage().user < ${ms * 1_000}) Math.random()`]);

describe.runIf(existsSync('/proc/self/stat'))('where the system has /proc', () => {
  it('returns what a process has used so far', async () => {
    const { user, system } = process.cpuUsage();
    const measured = await cpuOf(process.pid);
    // Ticks of ten milliseconds, and what the question itself took.
    expect(measured).toBeGreaterThanOrEqual((user + system) / 1_000 - 50);
    expect(measured).toBeLessThan((user + system) / 1_000 + 2_000);
  });

  it('counts children that have ended to their parent', async () => {
    const before = await cpuOfFamily(process.pid);
    const ownBefore = await cpuOf(process.pid);
    work(300);
    const used = (await cpuOfFamily(process.pid)) - before;
    const own = (await cpuOf(process.pid)) - ownBefore;
    expect(used - own).toBeGreaterThanOrEqual(290);
  });
});

it('has no figure of a process that does not exist', async () => {
  expect(await cpuOf(0)).toBeNaN();
  expect(await cpuOfFamily(0)).toBeNaN();
});
