/** Whether the suite runs at full size, as `pnpm test:faults` does, or as a small part of the normal tests. */
export const isFull = process.env.FAULTS === 'full';

/** The one of two amounts that this run asks for. */
export const size = (small: number, full: number): number => (isFull ? full : small);
