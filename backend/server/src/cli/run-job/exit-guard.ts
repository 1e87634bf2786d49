import { spawnSync } from 'node:child_process';
import { writeSync } from 'node:fs';
import { programAt, typescriptArgs } from '@job-manager/engine/typescript-loader';

const PROGRAM = programAt(new URL('./end-abandoned-run.ts', import.meta.url));
const WITHIN_MS = 20_000;

export interface GuardedRun {
  runId: string;
  runnerId: string;
  databaseUrl: string;
}

/**
 * Until the returned function is called, an end of this process is one amid a run: it is no success, the run is ended
 * at once, with a line about it.
 */
export function guardExit(run: GuardedRun): () => void {
  const onExit = (code: number) => {
    if (code === 0) process.exitCode = 1;
    writeSync(
      2,
      `The process ended while run #${run.runId} was under way (process.exit in the job?); the run ends with it.\n`,
    );
    endRun(run);
  };
  process.once('exit', onExit);
  return () => process.off('exit', onExit);
}

/** An exit handler can wait for nothing but another process. Where it fails, the run ends with its lease. */
function endRun({ runnerId, databaseUrl }: GuardedRun): void {
  // The URL goes by the environment: a command line is public to the whole machine.
  const env = { ...process.env, DATABASE_URL: databaseUrl };
  spawnSync(process.execPath, [...typescriptArgs, PROGRAM, runnerId], { env, stdio: 'ignore', timeout: WITHIN_MS });
}
