import { type AnyJob, defineJob, type JobContext } from '@job-manager/engine/queue/job';
import * as z from 'zod';
import { notedIn } from '../world/fault-jobs.js';

/** Throws on every access. */
const refuse = () => {
  throw new Error('keep out');
};
const hostile = () => new Proxy({}, { get: refuse, getPrototypeOf: refuse, has: refuse, ownKeys: refuse });
const cyclic = (): object => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  return cycle;
};
const HUNDRED_MB = 100_000_000;

/** What takes down the process it happens in. */
const deaths: Record<string, () => unknown> = {
  exit: () => process.exit(3),
  segfault: () => {
    process.kill(process.pid, 'SIGSEGV');
    for (;;);
  },
  abort: () => process.abort(),
  memory: async () => {
    const kept: Buffer[] = [];
    for (let mb = 0; mb < 2_048; mb += 64) {
      kept.push(Buffer.alloc(64 * 1024 * 1024, 1));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`No limit stopped ${kept.length} buffers of 64 MB`);
  },
};

interface Toxin {
  act(ctx: JobContext): unknown;
  status: 'SUCCESS' | 'FAILED';
  /** In the error that the run is to end with. */
  error?: string;
}

/** What a job can throw, return or leave behind to harm the process it runs in, and how its run has to end. */
export const toxins: Record<string, Toxin> = {
  throwText: { act: () => Promise.reject('just words'), status: 'FAILED', error: 'just words' },
  throwNothing: { act: () => Promise.reject(undefined), status: 'FAILED', error: 'The job threw undefined' },
  throwProxy: { act: () => Promise.reject(hostile()), status: 'FAILED', error: 'cannot be read' },
  throwMegabyte: { act: () => Promise.reject(new Error('x'.repeat(1_000_000))), status: 'FAILED', error: 'xxx' },
  throwCycle: { act: () => Promise.reject(cyclic()), status: 'FAILED', error: 'The job threw' },
  throwUnnamable: {
    act: () => Promise.reject(Object.defineProperty(new Error('x'), 'message', { get: refuse })),
    status: 'FAILED',
    error: 'cannot be read',
  },
  returnCycle: { act: cyclic, status: 'FAILED', error: 'contains itself' },
  returnBigint: { act: () => ({ total: 5n }), status: 'FAILED', error: 'bigint' },
  returnProxy: { act: () => ({ inner: hostile() }), status: 'FAILED', error: 'keep out' },
  returnText: { act: () => ({ text: 'x'.repeat(HUNDRED_MB) }), status: 'SUCCESS' },
  returnBytes: { act: () => ({ bytes: Buffer.alloc(HUNDRED_MB) }), status: 'SUCCESS' },
  returnList: { act: () => ({ list: new Array(HUNDRED_MB / 10).fill(1.5) }), status: 'SUCCESS' },
  sayMegabyte: {
    act: (ctx) => ctx.log.warn('x'.repeat(1_000_000), { more: 'y'.repeat(1_000_000) }),
    status: 'SUCCESS',
  },
  sayProxy: { act: (ctx) => ctx.log.warn('Look', { inner: hostile() }), status: 'SUCCESS' },
  progressNonsense: { act: (ctx) => ctx.progress(Number.NaN, '\u0000\ud800'), status: 'SUCCESS' },
  leaveRejection: {
    act: () => {
      void Promise.reject(new Error('a rejection without a handler'));
      return new Promise(() => {});
    },
    status: 'FAILED',
    error: 'a rejection without a handler',
  },
  leaveTimer: {
    act: () => new Promise(() => setTimeout(refuse, 1)),
    status: 'FAILED',
    error: 'keep out',
  },
};

const noted = notedIn(process.env.FAULTS_FOLDER ?? '');
const described = { description: 'Harms its process', examples: ['nothing runs it'], algorithmVersion: '1' };
const choiceOf = (acts: object) => z.enum(Object.keys(acts) as [string, ...string[]]);

/** The channel of what takes down processes: where its limit is, the others keep their places. */
export const POISON_CHANNEL = 'poison';

export const jobs: AnyJob[] = [
  defineJob({
    ...described,
    name: 'deadly',
    isolated: true,
    channel: POISON_CHANNEL,
    memoryLimitMb: 512,
    maxAttempts: 9,
    retry: { backoffMs: 1 },
    parameters: z.strictObject({ act: choiceOf(deaths) }),
    run: noted(async (_ctx, { act }) => {
      await deaths[act]?.();
    }),
  }),
  defineJob({
    ...described,
    name: 'endless',
    isolated: true,
    channel: POISON_CHANNEL,
    timeoutMs: 300,
    maxAttempts: 1,
    parameters: z.strictObject({}),
    run: noted(async () => {
      for (;;);
    }),
  }),
  defineJob({
    ...described,
    name: 'toxic',
    // Beside others that hold up the loop a lease may end before it is extended: begun again, it ends as it has to.
    maxAttempts: 3,
    retry: { backoffMs: 1 },
    parameters: z.strictObject({ act: choiceOf(toxins) }),
    run: noted(async (ctx, { act }) => (await toxins[act]?.act(ctx)) as Record<string, unknown> | undefined),
  }),
];

export const deathNames = Object.keys(deaths);
