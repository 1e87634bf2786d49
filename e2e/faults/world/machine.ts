import { expect } from 'vitest';
import { MAX_BUSY_SHARE, measureBusyShare } from '../../fixtures/busy-share.js';

// Before a file of this suite starts its own processes: files run one after the other, so all that is busy now is not ours.
const busyBefore = await measureBusyShare();

/**
 * Compares a figure that depends on the machine's speed with its bound. Prints both. Beyond the bound it fails the test
 * on a quiet machine only; what was lost, doubled or stuck is judged apart, whatever the machine.
 */
export function expectWithin(what: string, figure: number, bound: number, unit: string): void {
  const isWithin = figure <= bound;
  const isJudged = busyBefore <= MAX_BUSY_SHARE;
  const note =
    isWithin || isJudged ? '' : ` (not judged: ${Math.round(busyBefore * 100)} % of the processors were busy)`;
  console.log(`${what}: ${Number(figure.toFixed(2))} ${unit}, at most ${bound}${note}`);
  if (isJudged) expect.soft(figure, what).toBeLessThanOrEqual(bound);
}
