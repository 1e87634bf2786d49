import { bucketOf, emptyBuckets, type HistogramMeasure } from '@job-manager/shared/histogram';
import type { ChannelEnded } from '../store/channel-ended.js';
import { addHistograms, type Histogram } from '../store/histograms.js';
import type { Sql } from '../store/sql.js';

/** Interval of the writes; a killed process loses the values of one interval. */
const EVERY_MS = 5_000;

export interface HistogramsOptions {
  sql: Sql;
  /** A failed write is not repeated: the values are kept for the next one. */
  onError(error: unknown): void;
}

type EndState = Exclude<keyof ChannelEnded, 'channel'>;
type OfJob = Partial<Record<HistogramMeasure, Histogram>>;

/**
 * Collects values of runs in memory, apart from the statements of runs, and adds them to the stored histograms every
 * few seconds.
 */
export class Histograms {
  readonly #options: HistogramsOptions;
  #pending = new Map<string, OfJob>();
  #ended = new Map<string, ChannelEnded>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HistogramsOptions) {
    this.#options = options;
  }

  /** `value` in milliseconds, memory in KiB. */
  add(jobName: string, measure: HistogramMeasure, value: number): void {
    this.#timer ??= this.#flushLater();
    const whole = value > 0 ? Math.round(value) : 0;
    const bucket = bucketOf(value);
    const histogram = histogramIn(this.#pending, jobName, measure);
    histogram.runs++;
    histogram.total += whole;
    if (whole > histogram.max) histogram.max = whole;
    histogram.buckets[bucket] = (histogram.buckets[bucket] ?? 0) + 1;
  }

  /** An execution that ended a run of this channel. */
  addEnded(channel: string, how: EndState): void {
    this.#timer ??= this.#flushLater();
    addEndedTo(this.#ended, { channel, success: 0, failed: 0, cancelled: 0, [how]: 1 });
  }

  /** Writes the collected values. Never rejects: what can't be written is kept for the next write. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pending.size + this.#ended.size === 0) return;
    const pending = [...this.#pending.values()].flatMap((ofJob) => Object.values(ofJob));
    const ended = [...this.#ended.values()];
    this.#pending = new Map();
    this.#ended = new Map();
    try {
      await addHistograms(this.#options.sql, withSums(pending), ended);
    } catch (error) {
      this.#options.onError(error);
      for (const histogram of pending) addTo(this.#pending, histogram.jobName, histogram);
      for (const ofChannel of ended) addEndedTo(this.#ended, ofChannel);
      this.#timer ??= this.#flushLater();
    }
  }

  #flushLater(): NodeJS.Timeout {
    return setTimeout(() => void this.flush(), EVERY_MS).unref();
  }
}

function addEndedTo(all: Map<string, ChannelEnded>, { channel, success, failed, cancelled }: ChannelEnded): void {
  const sum = all.get(channel) ?? { channel, success: 0, failed: 0, cancelled: 0 };
  all.set(channel, sum);
  sum.success += success;
  sum.failed += failed;
  sum.cancelled += cancelled;
}

function histogramIn(all: Map<string, OfJob>, jobName: string, measure: HistogramMeasure): Histogram {
  let ofJob = all.get(jobName);
  if (ofJob === undefined) {
    ofJob = {};
    all.set(jobName, ofJob);
  }
  ofJob[measure] ??= { jobName, measure, runs: 0, total: 0, max: 0, buckets: emptyBuckets() };
  return ofJob[measure];
}

function addTo(all: Map<string, OfJob>, jobName: string, { measure, runs, total, max, buckets }: Histogram): void {
  const sum = histogramIn(all, jobName, measure);
  sum.runs += runs;
  sum.total += total;
  sum.max = Math.max(sum.max, max);
  for (const [index, count] of buckets.entries()) sum.buckets[index] = (sum.buckets[index] ?? 0) + count;
}

/** With one of all jobs for each measure, so that a chart of all needn't read those of each. */
function withSums(histograms: Histogram[]): Histogram[] {
  const sums = new Map<string, OfJob>();
  for (const histogram of histograms) addTo(sums, '', histogram);
  return [...histograms, ...Object.values(sums.get('') ?? {})];
}
