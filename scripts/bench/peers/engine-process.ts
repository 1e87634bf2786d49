import { createBegun } from './begun.js';
import type { Engine, Producer } from './engine.js';
import { contenders } from './engines.js';
import { createEnqueuer } from './enqueuer.js';
import type { Answer, Call, ProcessCalls, ProcessOrder } from './process-calls.js';

// One engine in a process of its own, as producer or as worker: what measures it must not slow it down.
// Ctrl-C reaches the whole group; the benchmark says when it is time.
process.on('SIGINT', () => {});
// The benchmark is gone, killed perhaps: nobody else would end this process.
process.once('disconnect', () => process.exit());

const { engine: id, ...place } = JSON.parse(process.argv[2] ?? '') as ProcessOrder;
let engine: Engine | undefined;
let producer: Producer | undefined;
const begun = createBegun();

const calls: ProcessCalls = {
  load: async () => {
    engine = await contenders.find((contender) => contender.id === id)?.load();
  },
  prepare: () => loaded().prepare(place),
  openProducer: async () => {
    producer = await loaded().openProducer(place);
  },
  ...createEnqueuer(() => {
    if (!producer) throw new Error(`The engine ${id} has no producer open`);
    return producer;
  }),
  startWorker: () => loaded().startWorker(place, begun.heard),
  untilBegun: begun.until,
  report: async () => begun.report(),
};

process.on('message', async ({ id, name, argument }: Call) => {
  try {
    // What a call is given comes with its name, from the same commit.
    const call = calls[name] as (argument: unknown) => Promise<unknown>;
    tell({ id, value: await call(argument) });
  } catch (error) {
    tell({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});

function tell(answer: Answer): void {
  process.send?.(answer);
}

function loaded(): Engine {
  if (!engine) throw new Error(`The engine ${id} is not loaded`);
  return engine;
}
