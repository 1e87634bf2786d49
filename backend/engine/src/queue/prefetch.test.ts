import { describe, expect, it } from 'vitest';
import { Prefetch } from './prefetch.js';

const CONCURRENCY = 10;

/** A limit after many jobs of this length, and claims that always returned as many runs as they requested. */
function prefetchAfter(jobMs: number): Prefetch {
  const prefetch = new Prefetch(CONCURRENCY);
  for (let claim = 0; claim < 12; claim++) {
    for (let run = 0; run < 50; run++) prefetch.ended(jobMs);
    prefetch.claimed(50, 50);
  }
  return prefetch;
}

describe('the number of prefetched runs', () => {
  it('is none before a job has shown how long it takes', () => {
    const prefetch = new Prefetch(CONCURRENCY);
    prefetch.claimed(10, 10);
    expect(prefetch.limit).toBe(0);
  });

  it('is none for jobs that take their time', () => {
    expect(prefetchAfter(1_000).limit).toBe(0);
  });

  it('is as many as begin within 30 ms, a thousand at most', () => {
    expect(prefetchAfter(3).limit).toBe(100);
    expect(prefetchAfter(0.01).limit).toBe(1_000);
  });

  it('grows only while claims return as many as they request', () => {
    const prefetch = new Prefetch(CONCURRENCY);
    prefetch.ended(0.01);
    prefetch.claimed(3, 10);
    expect(prefetch.limit).toBe(0);
    prefetch.claimed(10, 10);
    expect(prefetch.limit).toBe(10);
    prefetch.claimed(20, 20);
    expect(prefetch.limit).toBe(40);
  });

  it('shrinks when prefetched runs wait for longer', () => {
    const prefetch = prefetchAfter(0.01);
    prefetch.began(300);
    prefetch.claimed(1_000, 1_000);
    expect(prefetch.limit).toBe(100);
  });

  it('is none once runs had to go back, until many jobs were short again', () => {
    const prefetch = prefetchAfter(0.01);
    prefetch.released(500);
    expect(prefetch.limit).toBe(0);
    prefetch.claimed(10, 10);
    prefetch.ended(0.01);
    expect(prefetch.limit).toBe(0);
    for (let run = 0; run < 100; run++) prefetch.ended(0.01);
    prefetch.claimed(20, 20);
    expect(prefetch.limit).toBe(40);
  });
});
