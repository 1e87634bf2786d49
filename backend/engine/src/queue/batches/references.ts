import { findCycle } from '@job-manager/client/check-call';
import { QueueError, refusal } from '@job-manager/client/errors';
import type { RunOfCall, RunRequest } from '@job-manager/client/request';

/** A run of a batch. Others of the batch are named by their `ref`, runs that are there already by `#` and their id. */
export interface BatchRun extends Omit<RunRequest, 'after' | 'unique' | 'idempotencyKey'> {
  /** A name within the call. */
  ref?: string;
  after?: readonly string[];
}

/**
 * Replaces the names in the `after` of a batch by places and ids. Throws QueueError for a name that two runs have or
 * none, and for runs that wait for each other in a cycle.
 */
export function resolveReferences(runs: readonly BatchRun[]): RunRequest[] {
  const places = placesOf(runs);
  const requests = runs.map(({ ref: _, after, ...request }, index) => ({
    ...request,
    after: after?.map((wanted, place) => resolve(wanted, places, `runs.${index}.after.${place}`)),
  }));
  checkCycle(runs, requests);
  return requests;
}

function placesOf(runs: readonly BatchRun[]): Map<string, number> {
  const places = new Map<string, number>();
  for (const [index, { ref }] of runs.entries()) {
    if (ref === undefined) continue;
    const path = `runs.${index}.ref`;
    if (ref.startsWith('#'))
      throw refusal('INVALID_INPUT', path, 'must not begin with #, which is for ids of other runs');
    const other = places.get(ref);
    if (other !== undefined) throw refusal('INVALID_INPUT', path, `"${ref}" is the ref of runs.${other} already`);
    places.set(ref, index);
  }
  return places;
}

function resolve(wanted: string, places: Map<string, number>, path: string): string | RunOfCall {
  if (wanted.startsWith('#')) return wanted.slice(1);
  const index = places.get(wanted);
  if (index !== undefined) return { index };
  throw refusal(
    'INVALID_INPUT',
    path,
    `no run of this call has the ref "${wanted}"; other runs are named by # and their id`,
  );
}

function checkCycle(runs: readonly BatchRun[], requests: readonly RunRequest[]): void {
  const cycle = findCycle(
    requests.map(({ after = [] }) => after.flatMap((wanted) => (typeof wanted === 'object' ? wanted.index : []))),
  );
  if (cycle === null) return;
  const names = cycle.map((index) => runs[index]?.ref);
  const waits = names.slice(1).map((name, place) => `${names[place]} waits for ${name}`);
  throw new QueueError('INVALID_INPUT', `runs: ${inShort(waits)}`, [
    { path: `runs.${cycle[0]}.after`, message: 'waits for itself in the end' },
  ]);
}

/** A cycle of thousands is shown by its beginning and its end. */
const inShort = (waits: string[]): string =>
  waits.length <= 10
    ? waits.join(', ')
    : [...waits.slice(0, 8), `… ${waits.length - 9} more …`, ...waits.slice(-1)].join(', ');
