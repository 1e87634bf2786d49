import { Refusal } from '@job-manager/server/cli/refusal';
import { expect, it } from 'vitest';
import type { EngineBench } from '../engine-bench.js';
import type { ContenderId } from './engines.js';
import { measureInTurn } from './in-turn.js';

const bench = (given: Partial<EngineBench> = {}): EngineBench => ({
  newDatabase: () => Promise.reject(new Error('Nothing is stored here')),
  snapshotMinutes: 1,
  rounds: 2,
  runs: 1,
  signal: new AbortController().signal,
  showDetail: () => {},
  postgresCpuMs: async () => 0,
  redisUrl: 'redis://127.0.0.1:1',
  redisCpuMs: async () => 0,
  folder: '',
  ...given,
});
const IDS: ContenderId[] = ['ours', 'graphile', 'bullmq-redis'];

it('measures the engines in turn, round after round', async () => {
  const order: string[] = [];
  const showings = await measureInTurn(bench(), IDS, async (_bench, { id }) => order.push(id));
  expect(order).toEqual([...IDS, ...IDS]);
  expect(showings.map(({ samples }) => samples)).toEqual([
    [1, 4],
    [2, 5],
    [3, 6],
  ]);
});

it('measures only those that were chosen', async () => {
  const showings = await measureInTurn(bench({ engines: ['graphile', 'pg-boss'] }), IDS, async () => 1);
  expect(showings.map(({ id }) => id)).toEqual(['graphile']);
});

it('refuses an unknown engine', async () => {
  await expect(measureInTurn(bench({ engines: ['ours', 'sidekiq'] }), IDS, async () => 1)).rejects.toThrow(Refusal);
});

it('continues without a peer that fails, and reports why', async () => {
  const [ours, graphile] = await measureInTurn(bench(), ['ours', 'graphile'], async (_bench, { id }) => {
    if (id === 'graphile') throw new Error('no such table');
    return id;
  });
  expect(ours?.samples).toEqual(['ours', 'ours']);
  expect(graphile).toMatchObject({ samples: [], failure: 'failed: no such table' });
});

it('fails where ours fails', async () => {
  const measure = async (_bench: EngineBench, { id }: { id: string }) => {
    if (id === 'ours') throw new Error('no such table');
  };
  await expect(measureInTurn(bench(), IDS, measure)).rejects.toThrow('no such table');
});

it('fails where it is to stop, whichever engine is being measured', async () => {
  const measure = async (_bench: EngineBench, { id }: { id: string }) => {
    if (id === 'graphile') throw new Error('stopped');
  };
  const stopped = bench({ signal: AbortSignal.abort() });
  await expect(measureInTurn(stopped, IDS, measure)).rejects.toThrow('stopped');
});

it('reports that there is no Redis to measure with', async () => {
  const showings = await measureInTurn(bench({ redisUrl: null }), IDS, async () => 1);
  expect(showings.map(({ failure }) => failure)).toEqual([null, null, 'not measured: no redis-server on this machine']);
  expect(showings.at(-1)?.samples).toEqual([]);
});
