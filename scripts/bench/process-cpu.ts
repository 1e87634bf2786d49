import { readdir, readFile } from 'node:fs/promises';

/** The unit of times in /proc: hundredths of a second on every system that Node runs on. */
const MS_PER_TICK = 10;

interface Usage {
  parent: number;
  /** User and system time of its own, of all its threads. */
  ownMs: number;
  /** The same of its children that have ended. */
  endedMs: number;
}

/**
 * Processor time that a process and its children have used so far, those that have ended too. NaN where the
 * system has no /proc.
 */
export async function cpuOfFamily(pid: number): Promise<number> {
  const first = await readUsage(String(pid));
  if (!first) return Number.NaN;
  const others = await Promise.all((await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(readUsage));
  const children = others.filter((usage) => usage?.parent === pid);
  return children.reduce((total, child) => total + (child?.ownMs ?? 0), first.ownMs + first.endedMs);
}

/** Processor time of one process so far, all its threads. NaN where the system doesn't report it. */
export async function cpuOf(pid: number): Promise<number> {
  return (await readUsage(String(pid)))?.ownMs ?? Number.NaN;
}

async function readUsage(pid: string): Promise<Usage | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined);
  if (stat === undefined) return undefined;
  // The name, in brackets, may hold spaces; the state is the first field after it.
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [, parent = 0] = fields;
  const ticks = (first: number) => (fields[first] ?? 0) + (fields[first + 1] ?? 0);
  return { parent, ownMs: ticks(11) * MS_PER_TICK, endedMs: ticks(13) * MS_PER_TICK };
}
