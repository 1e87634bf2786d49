import { describe, expect, it } from 'vitest';
import { Pace } from './pace.js';

const CONCURRENCY = 10;

/** A pace that has seen many jobs of this length, and claims that always brought what they asked for. */
function paceOf(jobMs: number): Pace {
  const pace = new Pace(CONCURRENCY);
  for (let claim = 0; claim < 12; claim++) {
    for (let run = 0; run < 50; run++) pace.ended(jobMs);
    pace.claimed(50, 50);
  }
  return pace;
}

describe('how many runs are claimed ahead', () => {
  it('is none before a job has shown how long it takes', () => {
    const pace = new Pace(CONCURRENCY);
    pace.claimed(10, 10);
    expect(pace.ahead).toBe(0);
  });

  it('is none for jobs that take their time', () => {
    expect(paceOf(1_000).ahead).toBe(0);
  });

  it('is as many as begin within 30 ms, a thousand at most', () => {
    expect(paceOf(3).ahead).toBe(100);
    expect(paceOf(0.01).ahead).toBe(1_000);
  });

  it('grows only while claims bring what they ask for', () => {
    const pace = new Pace(CONCURRENCY);
    pace.ended(0.01);
    pace.claimed(3, 10);
    expect(pace.ahead).toBe(0);
    pace.claimed(10, 10);
    expect(pace.ahead).toBe(10);
    pace.claimed(20, 20);
    expect(pace.ahead).toBe(40);
  });

  it('shrinks when what was claimed ahead has to wait for longer', () => {
    const pace = paceOf(0.01);
    pace.began(300);
    pace.claimed(1_000, 1_000);
    expect(pace.ahead).toBe(100);
  });

  it('is none once runs had to go back, until many jobs were short again', () => {
    const pace = paceOf(0.01);
    pace.handedBack(500);
    expect(pace.ahead).toBe(0);
    pace.claimed(10, 10);
    pace.ended(0.01);
    expect(pace.ahead).toBe(0);
    for (let run = 0; run < 100; run++) pace.ended(0.01);
    pace.claimed(20, 20);
    expect(pace.ahead).toBe(40);
  });
});
