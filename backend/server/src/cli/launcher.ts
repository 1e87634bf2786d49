import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

const LAUNCHERS = new Set(['npm', 'npx', 'pnpm', 'npm-cli.js', 'npx-cli.js', 'pnpm.cjs']);
const MAX_ANCESTORS = 6;
const LOOK_EVERY_MS = 500;

/**
 * Calls `onGone` once when the package manager that started this process (`npx`, `pnpm`, the shells
 * between) is killed: npx dies of SIGTERM without passing it on, which would leave a server without a
 * viewer. Does nothing when no package manager started it. Returns how to stop watching.
 */
export function watchLauncher(onGone: () => void): () => void {
  const line = lineToLauncher();
  if (line.length === 0) return () => {};
  const timer = setInterval(() => {
    if (line.every(({ child, parent }) => parentOf(child) === parent)) return;
    clearInterval(timer);
    onGone();
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

interface Descent {
  child: number;
  parent: number;
}

/** From this process up to the topmost package manager above it. */
function lineToLauncher(): Descent[] {
  const line: Descent[] = [];
  let length = 0;
  for (let child = process.pid; line.length < MAX_ANCESTORS; ) {
    const parent = parentOf(child);
    if (parent === undefined || parent <= 1) break;
    line.push({ child, parent });
    if (isLauncher(parent)) length = line.length;
    child = parent;
  }
  return line.slice(0, length);
}

/** The pid of a process's parent; where there is no /proc, known for this process alone. */
function parentOf(pid: number): number | undefined {
  if (pid === process.pid) return process.ppid;
  const stat = readProc(pid, 'stat');
  // The name, in brackets, may hold spaces; the parent is the second field after it.
  const parent = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
  return parent === undefined ? undefined : Number(parent);
}

/** By program name, not by the whole command line: a shell's own script may well mention npx. */
function isLauncher(pid: number): boolean {
  const [program = '', script = ''] = readProc(pid, 'cmdline')?.split('\0') ?? [];
  return program.startsWith('npm ') || [program, script].some((name) => LAUNCHERS.has(basename(name)));
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return undefined;
  }
}
