import { expect, it } from 'vitest';
import { createIntake, createSampler } from './intake.js';

/** How many of so many reports are admitted. */
async function admitted(count: number, ipOf: (n: number) => string): Promise<number> {
  const isAdmitted = createIntake();
  const answers: boolean[] = [];
  for (let n = 0; n < count; n++) answers.push(await isAdmitted(ipOf(n)));
  return answers.filter(Boolean).length;
}

it('takes 60 reports a minute from one address', async () => {
  expect(await admitted(100, () => '203.0.113.1')).toBe(60);
});

it('takes 600 reports a minute in all', async () => {
  expect(await admitted(1_000, (n) => `203.0.113.${n % 50}`)).toBe(600);
});

/** A sampler, and a clock that stands still until moved. */
function testIntake() {
  let now = 0;
  const sample = createSampler(() => now);
  const pass = (ms: number) => {
    now += ms;
  };
  return { sample, pass };
}

it('keeps ten of a kind a minute one by one, then each tenth, which counts for the ten', () => {
  const { sample } = testIntake();
  const kept = Array.from({ length: 40 }, () => sample('a', 1));
  expect(kept.slice(0, 10)).toEqual(Array(10).fill(1));
  expect(kept.slice(10)).toEqual([...Array(9).fill(0), 10, ...Array(9).fill(0), 10, ...Array(9).fill(0), 10]);
});

it('adds up to the exact number, whatever each report counts for', () => {
  const { sample } = testIntake();
  const counts = Array.from({ length: 110 }, (_, n) => 1 + (n % 7));
  const kept = counts.map((count) => sample('a', count));
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
  expect(sum(kept)).toBe(sum(counts));
});

it('restarts each minute, and keeps what was waiting', () => {
  const { sample, pass } = testIntake();
  for (let n = 0; n < 15; n++) sample('a', 1);
  pass(60_000);
  expect([sample('a', 1), sample('a', 1)]).toEqual([6, 1]);
});

it('thins each kind out by itself', () => {
  const { sample } = testIntake();
  for (let n = 0; n < 15; n++) sample('a', 1);
  expect(sample('b', 4)).toBe(4);
});

it('bounds the number of kinds in memory', () => {
  const { sample, pass } = testIntake();
  for (let n = 0; n < 15; n++) sample('a', 1);
  for (let n = 0; n < 2_000; n++) sample(String(n), 1);
  pass(60_000);
  sample('b', 1);
  expect(sample('a', 1)).toBe(1);
});
