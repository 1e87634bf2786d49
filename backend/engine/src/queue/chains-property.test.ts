import type { TerminalStatus } from '@job-manager/shared/run';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readViolations } from '../store/violations.js';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { TestGraph } from '../testing/graph.js';
import { size } from '../testing/size.js';
import { SYSTEM } from './system-actor.js';
import type { Lease } from './transitions/beat.js';
import { cancelGraph, cancelRun } from './transitions/cancel.js';
import { recoverStalledRuns } from './transitions/recover.js';

const MAX_ATTEMPTS = 2;

type Condition = 'SUCCEEDED' | 'FINISHED';
type State = 'BLOCKED' | 'QUEUED' | 'RUNNING' | 'STOPPING' | TerminalStatus;

/** A run of the graph: the places of those it waits for, all before its own. */
interface Plan {
  after: number[];
  when: Condition;
  isInBatch: boolean;
  /** How it ends without interference. */
  end: TerminalStatus;
}

type Act = { type: 'begin' | 'end' | 'cancel' | 'cancelGraph' | 'recover'; at: number };

const plans: fc.Arbitrary<Plan[]> = fc
  .array(
    fc.record({
      after: fc.array(fc.nat(), { maxLength: 4 }),
      when: fc.constantFrom<Condition>('SUCCEEDED', 'FINISHED'),
      isInBatch: fc.boolean(),
      end: fc.constantFrom<TerminalStatus>('SUCCESS', 'SUCCESS', 'SUCCESS', 'FAILED', 'CANCELLED'),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((runs) =>
    runs.map((run, place) => ({
      ...run,
      after: place === 0 ? [] : [...new Set(run.after.map((wanted) => wanted % place))],
    })),
  );
const act: fc.Arbitrary<Act> = fc.record({
  type: fc.oneof(
    { weight: 5, arbitrary: fc.constant('begin' as const) },
    { weight: 4, arbitrary: fc.constant('end' as const) },
    { weight: 1, arbitrary: fc.constantFrom('cancel' as const, 'recover' as const) },
    { weight: 1, arbitrary: fc.constant('cancelGraph' as const) },
  ),
  at: fc.nat(),
});

/** What ought to become of each run; the last is the one that the batch calls back. */
class Model {
  readonly states: State[];
  readonly #attempts: number[];
  readonly #after: number[][];

  constructor(
    readonly plans: Plan[],
    readonly callback: Condition,
  ) {
    const members = plans.flatMap(({ isInBatch }, place) => (isInBatch ? [place] : []));
    this.#after = [...plans.map(({ after }) => after), members];
    this.states = this.#after.map((after) => (after.length > 0 ? 'BLOCKED' : 'QUEUED'));
    this.#attempts = this.#after.map(() => 0);
  }

  /** Whether the act can be done; if so, the model has done it. */
  do({ type, at }: Act): boolean {
    const state = this.states[at] as State;
    const isDone = this.#moves[type](at, state);
    if (isDone) this.#settle();
    return isDone;
  }

  readonly #moves: Record<Act['type'], (at: number, state: State) => boolean> = {
    begin: (at, state) => {
      if (state !== 'QUEUED') return false;
      this.#attempts[at] = Number(this.#attempts[at]) + 1;
      return this.#become(at, 'RUNNING');
    },
    end: (at, state) => isBegun(state) && this.#become(at, this.endOf(at)),
    cancel: (at, state) => !isEnded(state) && this.#cancel(at),
    cancelGraph: (at, state) => {
      if (isEnded(state)) return false;
      for (const member of this.#graphOf(at)) this.#cancel(member);
      return true;
    },
    recover: (at, state) => {
      if (!isBegun(state)) return false;
      if (state === 'STOPPING') return this.#become(at, 'CANCELLED');
      return this.#become(at, Number(this.#attempts[at]) < MAX_ATTEMPTS ? 'QUEUED' : 'FAILED');
    },
  };

  endOf(at: number): TerminalStatus {
    return this.plans[at]?.end ?? 'SUCCESS';
  }

  #become(at: number, state: State): true {
    this.states[at] = state;
    return true;
  }

  #cancel(at: number): true {
    return this.#become(at, isBegun(this.states[at] as State) ? 'STOPPING' : 'CANCELLED');
  }

  /** The unfinished runs that hang together; a batch has a cancel of its own, so its callback hangs together with none. */
  #graphOf(at: number): Set<number> {
    const graph = new Set([at]);
    for (const member of graph) {
      for (const [place, { after }] of this.plans.entries()) {
        for (const [one, other] of after.flatMap((wanted) => [[wanted, place] as const, [place, wanted] as const])) {
          if (one === member && !isEnded(this.states[other] as State) && this.#isHeld(place)) graph.add(other);
        }
      }
    }
    return graph;
  }

  #isHeld = (place: number) => this.states[place] === 'BLOCKED';

  #settle(): void {
    for (let hasChanged = true; hasChanged; ) {
      hasChanged = false;
      for (const [place, after] of this.#after.entries()) {
        if (this.states[place] !== 'BLOCKED') continue;
        const before = after.map((wanted) => this.states[wanted] as State);
        const isCallback = place === this.plans.length;
        const when = this.plans[place]?.when ?? this.callback;
        const hasEnded = before.every(isEnded);
        // A run is decided at the first failure, a callback when all have ended.
        const isInVain = when === 'SUCCEEDED' && before.some(isUnsuccessful) && (hasEnded || !isCallback);
        if (isInVain || hasEnded) hasChanged = this.#become(place, isInVain ? 'CANCELLED' : 'QUEUED');
      }
    }
  }
}

const isEnded = (state: State): state is TerminalStatus => ['SUCCESS', 'FAILED', 'CANCELLED'].includes(state);
const isUnsuccessful = (state: State) => state === 'FAILED' || state === 'CANCELLED';
const isBegun = (state: State) => state === 'RUNNING' || state === 'STOPPING';

let database: TestDatabase;
let graph: TestGraph;
beforeAll(async () => {
  database = await createTestDatabase();
  graph = new TestGraph(database.pool);
});
afterAll(() => database.drop());

/** Puts the graph into the database: ids in the order of the plans, that of the callback last. */
async function store(plans: Plan[], callback: Condition): Promise<string[]> {
  const ids: string[] = [];
  for (const { after, when } of plans) {
    ids.push(await graph.add({ after: after.map((wanted) => String(ids[wanted])), when, maxAttempts: MAX_ATTEMPTS }));
  }
  const members = ids.filter((_, place) => plans[place]?.isInBatch);
  return [...ids, await graph.makeBatch(members, callback)];
}

/** Does in the database what the model has done. */
async function perform(
  { type, at }: Act,
  ids: string[],
  leases: Map<number, Lease>,
  end: TerminalStatus,
): Promise<void> {
  const id = String(ids[at]);
  const lease = leases.get(at);
  if (type === 'begin') for (const begun of await graph.begin(id)) leases.set(at, begun);
  if (type === 'end' && lease) await graph.finish([lease], end);
  if (type === 'cancel') await cancelRun(database.pool, id, SYSTEM);
  if (type === 'cancelGraph') await cancelGraph(database.pool, id, SYSTEM);
  if (type === 'recover') {
    await database.pool.query(`UPDATE "JobRun" SET "lastHeartbeatAt" = now() - interval '10 minutes' WHERE id = $1`, [
      id,
    ]);
    await recoverStalledRuns(database.pool, 300_000, SYSTEM);
  }
}

it('every graph ends by the rules, whatever happens to its runs, and none of them is left waiting', async () => {
  await fc.assert(
    fc.asyncProperty(
      plans,
      fc.constantFrom<Condition>('SUCCEEDED', 'FINISHED'),
      fc.array(act, { maxLength: 60 }),
      async (plans, callback, acts) => {
        const model = new Model(plans, callback);
        const ids = await store(plans, callback);
        const leases = new Map<number, Lease>();
        const perhaps = async (wanted: Act) => {
          if (!model.do(wanted)) return false;
          await perform(wanted, ids, leases, model.endOf(wanted.at));
          expect(await graph.states(...ids)).toEqual(model.states);
          return true;
        };
        for (const { type, at } of acts) await perhaps({ type, at: at % ids.length });
        for (let isMoving = true; isMoving; ) {
          isMoving = false;
          for (const at of ids.keys())
            for (const type of ['begin', 'end'] as const) isMoving = (await perhaps({ type, at })) || isMoving;
        }
        expect(model.states.every(isEnded)).toBe(true);
        expect(await readViolations(database.pool)).toEqual({});
      },
    ),
    { numRuns: size(30, 300) },
  );
});
