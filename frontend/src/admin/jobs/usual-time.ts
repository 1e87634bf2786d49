import { formatDuration } from '../../lib/duration';

/** How long successful runs of a job took, in milliseconds, or how much they used. */
export interface Usual {
  p50: number;
  p95: number;
  runs: number;
}

/** Of fewer runs nothing is usual. */
const MIN_RUNS = 5;
/** Within this ratio a run took as long as usual. */
const NOTABLE = 1.5;

/** Whether a run that goes on takes longer than 95 % of its job's did. */
export const isOverUsual = (tookMs: number, { p95, runs }: Usual): boolean => runs >= MIN_RUNS && tookMs > p95;

/** "11 × slower than usual"; null where too few runs are known. `isOver` is false for a run that may still go on. */
export function compareWithUsual(tookMs: number, usual: Usual, isOver: boolean): string | null {
  if (usual.runs < MIN_RUNS) return null;
  const ratio = Math.max(1, tookMs) / Math.max(1, usual.p50);
  if (ratio >= NOTABLE) return `${formatRatio(ratio)} × ${isOver ? 'slower' : 'longer'} than usual`;
  if (!isOver) return 'Not longer than usual';
  return ratio <= 1 / NOTABLE ? `${formatRatio(1 / ratio)} × faster than usual` : 'As long as usual';
}

/** "3.0 × more than usual"; null where too few runs are known. */
export function compareUse(used: number, { p50, runs }: Usual): string | null {
  if (runs < MIN_RUNS) return null;
  const ratio = Math.max(1, used) / Math.max(1, p50);
  if (ratio >= NOTABLE) return `${formatRatio(ratio)} × more than usual`;
  return ratio <= 1 / NOTABLE ? `${formatRatio(1 / ratio)} × less than usual` : 'As much as usual';
}

const formatRatio = (ratio: number): string => (ratio < 10 ? ratio.toFixed(1) : Math.round(ratio).toLocaleString('en'));

/** What the comparison stands on. */
export const describeUsual = ({ p50, p95, runs }: Usual): string =>
  `of ${runs.toLocaleString('en')} earlier runs half took up to ${formatDuration(p50)}, 95 % up to ${formatDuration(p95)}`;
