import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from './bench.js';

interface EndedRun {
  status: string;
  durationMs: string;
  messageCount: number;
  metadata: { workMs: number };
}

/** Waits for a run's success and returns what it left. Throws when it ends otherwise. */
export async function untilEnded({ pool }: Bench, runId: string): Promise<EndedRun> {
  for (;;) {
    const { rows } = await pool.query<EndedRun>(ENDED, [runId]);
    const [run] = rows;
    if (run?.status === 'SUCCESS') return run;
    if (run) throw new Error(`Run #${runId} ended as ${run.status}`);
    await delay(20);
  }
}

const ENDED = `
SELECT status, "durationMs", "messageCount", metadata FROM "JobRun" WHERE id = $1 AND "finishedAt" IS NOT NULL`;
