import { pauseAfterContention } from '@job-manager/client/retry-on-contention';
import { isContention } from '../../store/database-errors.js';

/** Repeats a statement that changes at most `most` rows until none are left or it is to stop; returns all that it changed. */
export async function inBatches<Row>(
  most: number,
  change: () => Promise<Row[]>,
  isStopped: () => boolean = () => false,
): Promise<Row[]> {
  const changed: Row[] = [];
  for (;;) {
    const batch = await change().catch(async (error) => {
      if (!isContention(error)) throw error;
      await pauseAfterContention();
      return null;
    });
    changed.push(...(batch ?? []));
    if ((batch !== null && batch.length < most) || isStopped()) return changed;
  }
}
