import { randomBytes } from 'node:crypto';
import { isFull, size } from '@job-manager/engine/testing/size';
import { sampleInputs } from '@job-manager/server/testing/arbitrary';
import { limits } from '@job-manager/shared/limits';
import { clientMessage } from '@job-manager/shared/live-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Conversation } from './fuzz/conversation.js';
import { mutateToJson } from './fuzz/mutate.js';
import { nastyJson } from './fuzz/nasty.js';
import { Choices } from './fuzz/random.js';
import { brokenFrames, sendRaw } from './fuzz/raw-socket.js';
import { reportFinding } from './world/report.js';
import { World } from './world/world.js';

const MESSAGES = size(500, 20_000);
const RAW = size(50, 1_000);
const SEED = Number(process.env.FAULTS_SEED ?? (isFull ? Date.now() % 2 ** 31 : 1));
const AT_ONCE = 8;
/** Each is followed by a ping, and a connection that sends more than 120 in a minute is closed. */
const PER_CONNECTION = 50;
/**
 * How a connection may be closed for what it sent: no message of ours, too large, no text, against the protocol, or cut
 * off.
 */
const REFUSALS = [1008, 1009, 1007, 1002, 1006];

let world: World;
let sent = 0;
let sentRaw = 0;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world?.close());

it(`withstands ${MESSAGES} fuzzed socket messages and ${RAW} broken frames (FAULTS_SEED=${SEED})`, async () => {
  await world.startRunners(1);
  const gate = 'fuzz';
  const runs = await Promise.all(Array.from({ length: 10 }, () => world.enqueuer.enqueue('hold', { gate })));
  const choices = new Choices(SEED);
  const messages = drawMessages(MESSAGES, runs, choices).values();
  const closed: Record<string, number> = {};
  const note = (code: number) => {
    closed[code] = (closed[code] ?? 0) + 1;
  };

  await Promise.all(Array.from({ length: AT_ONCE }, () => talk(messages, note)));
  await Promise.all(Array.from({ length: AT_ONCE }, () => babble(Math.ceil(RAW / AT_ONCE), choices)));

  expect(Object.keys(closed).filter((code) => !REFUSALS.includes(Number(code)))).toEqual([]);
  expect(world.server.isRunning).toBe(true);
  // Who only listened noticed nothing.
  expect(world.viewer.closes).toEqual([]);
  await world.open(gate);
  const verdict = await world.expectAllRight();
  const { longestStallMs } = await world.server.vitals();
  const closings = Object.entries(closed).map(([code, count]) => `${count} × ${code}`);
  const injected = [
    { what: 'fuzzed messages', count: sent, target: MESSAGES },
    { what: 'broken frames', count: sentRaw, target: RAW },
  ];
  reportFinding('fuzzed socket messages', injected, verdict, [
    `seed ${SEED}`,
    `closed ${closings.join(', ')}`,
    `longest stall ${longestStallMs.toFixed(0)} ms`,
  ]);
});

/** Sends messages, each until it is answered or refused, over as many connections as that takes. */
async function talk(messages: IterableIterator<string | Buffer>, onRefused: (code: number) => void): Promise<void> {
  for (let isDone = false; !isDone; ) {
    const conversation = await Conversation.begin(world.url, world.token);
    for (let index = 0; index < PER_CONNECTION && conversation.refusal === undefined; index++) {
      const { value, done = false } = messages.next();
      isDone = done;
      if (done) break;
      await conversation.send(value);
      sent += 1;
    }
    expect(conversation.strange).toEqual([]);
    if (conversation.refusal === undefined) conversation.end();
    else onRefused(conversation.refusal);
  }
}

/** Sends data that is no message, each over a connection of its own. */
async function babble(count: number, choices: Choices): Promise<void> {
  for (let frame = 0; frame < count; frame++) {
    const garbage = randomBytes(1 + choices.below(200));
    await sendRaw(world.url, world.token, choices.chance(0.7) ? choices.of(brokenFrames) : garbage);
    sentRaw += 1;
  }
}

function drawMessages(count: number, runs: string[], choices: Choices): (string | Buffer)[] {
  const drawn = sampleInputs(clientMessage, { seed: choices.below(2 ** 31), count, known: { jobRunId: runs } });
  return drawn.map((message) => {
    if (choices.chance(0.5)) return JSON.stringify(message);
    const kind = choices.below(8);
    if (kind === 0) return choices.of(nastyJson);
    if (kind === 1) return randomBytes(choices.below(500));
    if (kind === 2) return 'x'.repeat(limits.socketFrameBytes + choices.below(2));
    if (kind === 3) return JSON.stringify(message).slice(0, -1);
    return mutateToJson(message as Record<string, unknown>, choices);
  });
}
