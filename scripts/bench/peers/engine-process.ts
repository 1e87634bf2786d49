import { createBegun } from './begun.js';
import type { Engine, Place, Producer } from './engine.js';
import { allEngines } from './engines.js';
import { createEnqueuer } from './enqueuer.js';
import type { Answer, Call, ProcessCalls } from './process-calls.js';

// One engine in a process of its own, as producer or as worker: what measures it must not slow it down.
// Ctrl-C reaches the whole group; the benchmark decides when to end it.
process.on('SIGINT', () => {});
// The benchmark is gone, killed perhaps: nothing else would end this process.
process.once('disconnect', () => process.exit());

let loaded: { engine: Engine; place: Place } | undefined;
let producer: Producer | undefined;
const begun = createBegun();

const calls: ProcessCalls = {
  load: async ({ engine: id, place }) => {
    const contender = allEngines.find((each) => each.id === id);
    if (!contender) throw new Error(`There is no engine ${id}`);
    loaded = { engine: await contender.load(), place };
  },
  prepare: async () => {
    const { engine, place } = needed(loaded);
    await engine.prepare(place);
  },
  openProducer: async () => {
    const { engine, place } = needed(loaded);
    producer = await engine.openProducer(place);
  },
  ...createEnqueuer(() => needed(producer)),
  startWorker: async () => {
    const { engine, place } = needed(loaded);
    await engine.startWorker(place, begun.onStart);
  },
  untilBegun: begun.until,
  report: async () => begun.report(),
};

process.on('message', async ({ id, name, argument }: Call) => {
  try {
    // What a call is given comes with its name, from the same commit.
    const call = calls[name] as (argument: unknown) => Promise<unknown>;
    sendAnswer({ id, value: await call(argument) });
  } catch (error) {
    sendAnswer({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});

function sendAnswer(answer: Answer): void {
  process.send?.(answer);
}

function needed<T>(found: T | undefined): T {
  if (found === undefined) throw new Error('The engine has to be loaded, and its producer opened, before');
  return found;
}
