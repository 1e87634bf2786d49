import type { Bench } from './bench.js';
import type { EngineBench } from './engine-bench.js';

/** One measured number. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** The most that `value` may be. A figure without `most` and `least` is for information. */
  most?: number;
  /** The least that `value` may be. */
  least?: number;
  /** What we would like it to be, further than what it must; shown, and never missed. */
  aim?: number;
  /** What stands behind it, one line each. */
  details: string[];
  /** What it was measured beside: a row each, its columns by their heads. */
  beside?: Record<string, string | number>[];
}

/** A part of the benchmark that measures the product as users have it: server, runner, panel and a browser. */
export interface Part {
  id: string;
  measure(bench: Bench): Promise<Figure[]>;
}

/** A part that measures the engine alone, beside its peers: nothing else runs meanwhile but PostgreSQL. */
export interface EnginePart {
  id: string;
  measure(bench: EngineBench): Promise<Figure[]>;
}

/** A part's figures, and how busy the machine was meanwhile. */
export interface MeasuredPart {
  id: string;
  figures: Figure[];
  /** Processes that wanted a processor, on the average of the last minute. */
  load: number;
  seconds: number;
}

/** Whether the figure holds; null where it has no target. */
export function holds({ value, most, least }: Pick<Figure, 'value' | 'most' | 'least'>): boolean | null {
  if (most === undefined && least === undefined) return null;
  return value <= (most ?? Number.POSITIVE_INFINITY) && value >= (least ?? Number.NEGATIVE_INFINITY);
}
