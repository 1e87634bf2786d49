import { expect, it } from 'vitest';
import { figuresOf, type Goal, medianOf, ratiosOf, type Showing } from './comparison.js';
import type { ContenderId } from './engines.js';

interface Sample {
  rate: number;
}

const rate = (sample: Sample) => sample.rate;
const samples = (...rates: number[]): Sample[] => rates.map((each) => ({ rate: each }));
const showing = (id: ContenderId, ...rates: number[]): Showing<Sample> => ({
  id,
  title: `title of ${id}`,
  samples: samples(...rates),
  failure: null,
});
const faster: Goal = { peers: ['graphile', 'graphile-batched'], name: 'Faster', least: 1.5, aim: 2 };

it('takes the middle one of the rounds, never one made up between two', () => {
  expect(medianOf(samples(9, 1, 5), 'rate')).toBe(5);
  expect(medianOf(samples(9, 1), 'rate')).toBe(1);
});

it('has no median of what was not measured', () => {
  expect(medianOf(samples(), 'rate')).toBeNaN();
});

it('compares the engines within each round, so that a slow round weighs on both', () => {
  expect(ratiosOf(samples(200, 20, 300), samples(100, 10, 100), rate)).toEqual([2, 2, 3]);
  expect(figuresOf([showing('ours', 200, 20, 300), showing('graphile', 100, 10, 100)], [faster], rate)).toMatchObject([
    { name: 'Faster', value: 2, unit: '×', least: 1.5, aim: 2 },
  ]);
});

it('leaves out the rounds that a peer didn’t get to', () => {
  expect(ratiosOf(samples(200, 20, 300), samples(100), rate)).toEqual([2]);
});

it('compares with the faster setting of a peer where more is better', () => {
  const [figure] = figuresOf(
    [showing('ours', 100), showing('graphile', 10), showing('graphile-batched', 50)],
    [faster],
    rate,
  );
  expect(figure?.value).toBe(2);
  expect(figure?.details[0]).toContain('title of graphile-batched');
});

it('compares with the quicker setting of a peer where less is better', () => {
  const quicker: Goal = { peers: ['graphile', 'graphile-batched'], name: 'Quicker', most: 0.8, aim: 0.6 };
  const [figure] = figuresOf(
    [showing('ours', 4), showing('graphile', 10), showing('graphile-batched', 5)],
    [quicker],
    rate,
  );
  expect(figure).toMatchObject({ value: 0.8, most: 0.8 });
});

it('claims nothing of a peer that was not measured', () => {
  expect(figuresOf([showing('ours', 100), showing('pg-boss', 1)], [faster], rate)).toEqual([]);
  expect(figuresOf([showing('ours', 100), showing('graphile')], [faster], rate)).toEqual([]);
  expect(figuresOf([showing('graphile', 1)], [faster], rate)).toEqual([]);
});
