import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ProcessMeter } from './meter.js';

function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

it('measures for an attempt the lag of its own time, not of before', async () => {
  const meter = new ProcessMeter();
  const early = meter.begin();
  block(400);
  const late = meter.begin();
  late.end();
  early.end();
  expect(early.read().maxLoopLagMs).toBeGreaterThanOrEqual(250);
  expect(late.read().maxLoopLagMs).toBe(0);
});

it('sees memory that was there while the loop stood still', () => {
  const meter = new ProcessMeter();
  const before = meter.begin();
  before.end();
  const attempt = meter.begin();
  const kept = Buffer.alloc(64 * 1024 * 1024, 1);
  block(150);
  attempt.end();
  const grown = (attempt.read().peakMemoryBytes ?? 0) - (before.read().peakMemoryBytes ?? 0);
  expect(grown).toBeGreaterThan(0.5 * kept.length);
});

it('stands as it was when the attempt ended', async () => {
  const attempt = new ProcessMeter().begin();
  block(50);
  attempt.end();
  const reading = attempt.read();
  block(150);
  await delay(1);
  expect(attempt.read()).toEqual(reading);
  expect(reading).toMatchObject({ childPid: null, cpuMs: expect.any(Number) });
});
