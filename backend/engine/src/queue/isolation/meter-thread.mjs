// @ts-check
// Measures the process of an isolated run from a thread of its own, so that one whose event loop is blocked is
// measured too. Plain JavaScript: the TypeScript loader would cost each process 15 MB and 200 ms more.
import { readFileSync, writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

/** @type {import('./child-meter.js').MeterThreadData} */
const { control, figures, samplesFd, canReadPeak } = workerData;

const SAMPLE_MS = 50;
/** Interval between runs, only to notice that the runner's process has ended. */
const IDLE_MS = 1_000;

for (;;) {
  const runNo = Atomics.load(control, 0);
  if (Atomics.wait(control, 0, runNo, runNo === 0 ? IDLE_MS : SAMPLE_MS) === 'timed-out') report(runNo);
}

/** @param {number} runNo */
function report(runNo) {
  const memoryBytes = process.memoryUsage.rss();
  const [startedAt = 0, lagBefore = 0, cpuBefore = 0, peak = 0] = figures;
  figures[3] = Math.max(peak, memoryBytes, canReadPeak ? readPeak() : 0);
  const { user, system } = process.cpuUsage();
  const cpuMs = Math.round((user + system) / 1_000 - cpuBefore);
  const lagMs = runNo === 0 ? 0 : Math.round(Math.max(lagBefore, Number(process.hrtime.bigint()) / 1e6 - startedAt));
  try {
    writeSync(samplesFd, `${runNo} ${memoryBytes} ${cpuMs} ${figures[3]} ${lagMs}\n`);
  } catch (error) {
    // The runner has ended, and an endless loop would never notice.
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EAGAIN') process.kill(process.pid, 'SIGKILL');
  }
}

/** What the system noted as the most memory since the run began: more than samples see. */
function readPeak() {
  const found = /VmHWM:\s*(\d+) kB/.exec(readFileSync('/proc/self/status', 'latin1'));
  return found ? Number(found[1]) * 1024 : 0;
}
