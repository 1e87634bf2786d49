import { bucketOf, emptyBuckets, percentileOf } from '@job-manager/shared/histogram';

export interface RequestFigures {
  apiRequests: number;
  /** Answered with a status of 500 or more. */
  apiErrors: number;
  /** Null where none was answered. */
  apiP50Ms: number | null;
  apiP95Ms: number | null;
}

/** How long calls took since they were last taken, in memory. */
export class RequestTimes {
  #requests = 0;
  #errors = 0;
  #max = 0;
  #buckets = emptyBuckets();

  add(ms: number, status: number): void {
    const bucket = bucketOf(ms);
    this.#requests++;
    if (status >= 500) this.#errors++;
    this.#max = Math.max(this.#max, ms);
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
  }

  /** Returns what was collected, and starts again from zero. */
  take(): RequestFigures {
    const figures = {
      apiRequests: this.#requests,
      apiErrors: this.#errors,
      apiP50Ms: percentileOf(this.#buckets, 0.5, this.#max),
      apiP95Ms: percentileOf(this.#buckets, 0.95, this.#max),
    };
    this.#requests = this.#errors = this.#max = 0;
    this.#buckets = emptyBuckets();
    return figures;
  }
}
