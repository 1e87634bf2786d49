import { readFileSync } from 'node:fs';

/** Whether a process with this pid exists. */
export function isProcessRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When a process began, as far as the system reports it, else an empty text: pids are used again, after a reboot or in a container at once. */
export function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

/** Clock ticks in a second: of everything that Linux shows to programs, whatever its own clock does. */
const TICKS = 100;

/** The same as a time; undefined where the system doesn't report it. */
export function startTimeOf(pid: number): Date | undefined {
  try {
    const bootedAt = Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'latin1'))?.[1]);
    const startedAt = (bootedAt + Number(startOf(pid)) / TICKS) * 1_000;
    return startOf(pid) === '' || Number.isNaN(startedAt) ? undefined : new Date(startedAt);
  } catch {
    return undefined;
  }
}
