import type { Change } from '@job-manager/server/live/changes';
import { serverMessage } from '@job-manager/shared/live';
import { expect, it } from 'vitest';
import { SimulatedRuns } from './simulated-runs.js';

const changesOf = (runs: SimulatedRuns, count: number): Change[] => Array.from({ length: count }, () => runs.change());

it('sends nothing that the contract of the socket does not know', () => {
  for (const change of changesOf(new SimulatedRuns(), 500)) {
    expect(serverMessage.safeParse({ ...change, seq: 1 }).error).toBeUndefined();
  }
});

it('has each run come, start, report four times and end, with a rising rev', () => {
  const sent = new Map<string, { types: string[]; revs: number[] }>();
  for (const { type, data } of changesOf(new SimulatedRuns(), 2_000)) {
    if (!('run' in data)) throw new Error(`${type} is about no run`);
    const known = sent.get(data.run.id) ?? { types: [], revs: [] };
    known.types.push(type.replace('server.admin.job_', ''));
    known.revs.push(data.run.rev);
    sent.set(data.run.id, known);
  }
  const whole = [...sent.values()].filter(({ types }) => types[0] === 'queued' && types.at(-1) === 'completed');
  expect(whole.length).toBeGreaterThan(200);
  for (const { types, revs } of whole) {
    expect(types).toEqual(['queued', 'started', ...Array(4).fill('progress'), 'completed']);
    expect(revs).toEqual([1, 2, 3, 4, 5, 6, 7]);
  }
});

it('keeps as many runs active as in the beginning, and has some fail', () => {
  const runs = new SimulatedRuns();
  const before = runs.runs.length;
  const changes = changesOf(runs, 2_000);
  expect(runs.runs).toHaveLength(before);
  expect(changes.some(({ data }) => 'run' in data && data.run.status === 'FAILED')).toBe(true);
});
