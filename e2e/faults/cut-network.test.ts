import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { size } from '@job-manager/engine/testing/size';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FaultProxy, type StatementPick } from './world/fault-proxy.js';
import type { Program } from './world/program.js';
import { reportFinding } from './world/report.js';
import { World } from './world/world.js';

const RUNNERS = size(2, 3);
const CUTS = size(24, 260);
const STALLS = size(8, 100);
/**
 * Half a minute goes by until one is noticed; the small form leaves them to the tests of pool, listener and heartbeat.
 */
const HALF_OPEN = size(0, 30);
const BLACKHOLES = size(0, 2);
const SLOW_TIMES = size(1, 2);
/** Between COMMIT and its answer. */
const LOST_ENQUEUES = size(4, 50);
const LOST_OUTCOMES = size(4, 50);
const LOST_CLAIMS = size(2, 20);
/** Well beyond the lease. */
const DARK_MS = 4_000;

let world: World;
let networks: FaultProxy[];
beforeAll(async () => {
  world = await World.create();
  networks = await Promise.all(Array.from({ length: RUNNERS }, () => FaultProxy.start(world.database.url)));
});
afterAll(async () => {
  await world?.close();
  await Promise.all((networks ?? []).map((network) => network.close()));
});

it('loses and doubles nothing when networks are cut, stalled, slow or dark, and when answers get lost', async () => {
  const [healthy] = await world.startRunners(1);
  const cutOff = await Promise.all(networks.map(startRunnerBehind));
  const stopFeeding = world.keepFeeding(2_000, 200);

  const lost = loseAnswers();
  const cuts = await harm(CUTS, (network) => network.cut(1));
  const stalls = await harm(STALLS, (network) => network.stall(1, 500 + Math.random() * 2_000));
  const { enqueues, outcomes, claims } = await lost;
  const halfOpen = await harm(HALF_OPEN, (network) => network.halfOpen(1));
  const slow = await changeWeather();
  await stopFeeding();

  // Once the networks are fine again, the runners behind them must do all the work alone.
  await healthy?.stop();
  const verdict = await world.expectAllRight();
  for (const runner of [world.server, ...cutOff]) expect(runner.isRunning).toBe(true);
  await expectRecorded(outcomes);
  reportFinding(
    'network cut, stalled, slow and dark',
    [
      { what: 'connections reset', count: cuts, target: CUTS },
      { what: 'connections stalled', count: stalls, target: STALLS },
      { what: 'connections half open', count: halfOpen, target: HALF_OPEN },
      { what: 'times of 2 s latency and 1 kB/s', count: slow, target: SLOW_TIMES },
      { what: 'blackholes', count: BLACKHOLES, target: BLACKHOLES },
      { what: 'answers lost after the COMMIT of an enqueue', count: enqueues, target: LOST_ENQUEUES },
      { what: 'answers lost after the COMMIT of outcomes', count: outcomes.length, target: LOST_OUTCOMES },
      { what: 'answers lost after the COMMIT of a claim', count: claims, target: LOST_CLAIMS },
    ].filter(({ target }) => target > 0),
    verdict,
    [
      `${verdict.brokenOff} executions broken off`,
      `${verdict.overlapping} overlapping`,
      `${world.enqueuer.repeated} requests sent again`,
    ],
  );
});

async function startRunnerBehind(network: FaultProxy): Promise<Program> {
  const [runner] = await world.startRunners(1, { databaseUrl: network.url(world.database.url) });
  return runner as Program;
}

/** Does this to one connection after another, of the server's and of all runners', and returns how many it hit. */
async function harm(times: number, how: (network: FaultProxy) => number): Promise<number> {
  const all = [world.serverNetwork, ...networks];
  let harmed = 0;
  for (let at = 0; harmed < times; at++) {
    harmed += how(all[at % all.length] as FaultProxy);
    await delay(50 + Math.random() * 150);
  }
  return harmed;
}

interface Lost {
  enqueues: number;
  /** The runs of each. */
  outcomes: string[][];
  claims: number;
}

async function loseAnswers(): Promise<Lost> {
  const lost: Lost = { enqueues: 0, outcomes: [], claims: 0 };
  const repeat = async (times: number, lose: (network: FaultProxy) => Promise<void>) => {
    for (let at = 0; at < times; at++) await lose(networks[at % networks.length] as FaultProxy);
  };
  await Promise.all([
    repeat(LOST_ENQUEUES, async () => {
      await world.serverNetwork.loseAnswerTo(isNewEnqueue);
      lost.enqueues += 1;
    }),
    repeat(LOST_OUTCOMES, async (network) => {
      lost.outcomes.push((await network.loseAnswerTo(isNamed('finish'))).ids);
    }),
    repeat(LOST_CLAIMS, async (network) => {
      await network.loseAnswerTo(isNamed('claim', 'claim-by-id', 'claim-urgent'));
      lost.claims += 1;
    }),
  ]);
  return lost;
}

const isNamed =
  (...names: string[]): StatementPick =>
  ({ name }) =>
    names.includes(name);

const seenKeys = new Set<string>();

/** The first time that a request is seen: a repeated request with the same key changes nothing. */
const isNewEnqueue: StatementPick = ({ text, values }) => {
  const key = /INSERT INTO ("\w+"\.)?"JobRun"/.test(text) ? /"idempotencyKey":"([^"]+)"/.exec(values)?.[1] : undefined;
  if (key === undefined || seenKeys.has(key)) return false;
  seenKeys.add(key);
  return true;
};

async function changeWeather(): Promise<number> {
  const [network] = networks as [FaultProxy];
  for (let times = 0; times < SLOW_TIMES; times++) {
    network.weather = { type: 'slow', delayMs: 500, bytesPerSecond: 20_000 };
    await delay(size(1_000, 4_000));
    network.weather = { type: 'slow', delayMs: 2_000, bytesPerSecond: 1_000 };
    await delay(size(3_000, 5_000));
    network.weather = { type: 'fine' };
    await delay(500);
  }
  for (let holes = 0; holes < BLACKHOLES; holes++) {
    network.weather = { type: 'blackhole' };
    await delay(DARK_MS);
    network.weather = { type: 'fine' };
    await delay(2_000);
  }
  return SLOW_TIMES;
}

/**
 * Runners that never received the acknowledgement of an outcome must have found it recorded, and not have dropped it as
 * that of another runner.
 */
async function expectRecorded(outcomes: string[][]): Promise<void> {
  const log = await readFile(join(world.folder, 'runners.log'), 'utf8');
  const dropped = outcomes.flat().filter((id) => log.includes(`Run #${id} had been taken away`));
  expect(dropped).toEqual([]);
}
