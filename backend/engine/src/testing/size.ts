/** Whether tests run at full size, as in `pnpm test:faults`, or small, as in `pnpm test`. */
export const isFull = process.env.FAULTS === 'full';

/**
 * The small or the full amount, whichever this run needs: how much a volume test writes, or how often a random test
 * tries.
 */
export const size = (small: number, full: number): number => (isFull ? full : small);
