import type { Bench } from './bench.js';

/** One measured number. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** The most that `value` may be; a figure without it is for information. */
  most?: number;
  /** What stands behind it, one line each. */
  details: string[];
}

/** A part of the benchmark: measures one or more figures. */
export interface Part {
  id: string;
  measure(bench: Bench): Promise<Figure[]>;
}

/** A part's figures, and how busy the machine was meanwhile. */
export interface MeasuredPart {
  id: string;
  figures: Figure[];
  /** Processes that wanted a processor, on the average of the last minute. */
  load: number;
  seconds: number;
}

/** Whether the figure holds; null where nothing is asked of it. */
export function holds({ value, most }: Pick<Figure, 'value' | 'most'>): boolean | null {
  return most === undefined ? null : value <= most;
}
