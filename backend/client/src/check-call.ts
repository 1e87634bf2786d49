import { checkCallback, checkRequest } from './check-request.js';
import { QueueError, refusal } from './errors.js';
import type { BatchCallback, RunRequest } from './request.js';
import { limits } from './shared.js';

/** Checks a call that queues one run; returns its parameters as JSON. Throws QueueError. */
export function checkOne(request: RunRequest): string {
  const parameters = checkRequest(request);
  const place = request.after?.findIndex((wanted) => typeof wanted === 'object') ?? -1;
  if (place >= 0)
    throw refusal('INVALID_INPUT', `after.${place}`, 'names a run of the same call, and this call has one');
  return parameters;
}

/** Checks a call that queues several runs, all of them or none; returns the parameters of each as JSON. Throws QueueError. */
export function checkMany(requests: readonly RunRequest[]): string[] {
  if (requests.length > limits.batchRuns) {
    throw refusal('INVALID_INPUT', 'runs', `must be at most ${limits.batchRuns} runs, and are ${requests.length}`);
  }
  const parameters = requests.map((request, index) => {
    const text = checkRequest(request, `runs.${index}.`);
    checkKeys(request, index);
    return text;
  });
  if (requests.some(({ after }) => after !== undefined)) checkOrder(requests);
  return parameters;
}

/** Whether runs that wait for each other can begin. */
function checkOrder(requests: readonly RunRequest[]): void {
  for (const [index, request] of requests.entries()) checkReferences(requests, request, index);
  const cycle = findCycle(requests.map(indexesIn));
  if (cycle !== null) {
    const message = `wait for each other: ${cycle.map((index) => `run ${index}`).join(' → ')}`;
    throw new QueueError('INVALID_INPUT', `runs: ${message}`, [{ path: `runs.${cycle[0]}.after`, message }]);
  }
}

const EMPTY_BATCH = 'must not be empty: nothing would ever end the batch; queue its callback by itself';

/** Checks a batch: its runs are counted, so each has to come to be. Throws QueueError. */
export function checkBatch(requests: readonly RunRequest[], callback: BatchCallback | undefined): void {
  if (requests.length === 0) throw refusal('INVALID_INPUT', 'runs', EMPTY_BATCH);
  checkMany(requests);
  const keyed = requests.findIndex(hasKey);
  if (keyed >= 0) throw refusal('INVALID_INPUT', `runs.${keyed}`, 'has a key, which runs of a batch have not');
  if (callback !== undefined) checkCallback(callback);
}

const hasKey = ({ unique, idempotencyKey }: RunRequest): boolean =>
  unique !== undefined || idempotencyKey !== undefined;

/** Which runs of the call a run waits for. */
const indexesIn = ({ after = [] }: RunRequest): number[] =>
  after.flatMap((wanted) => (typeof wanted === 'object' ? [wanted.index] : []));

/** When a taken key is found, the other runs are already queued, so the call can no longer be refused. */
function checkKeys({ unique }: RunRequest, index: number): void {
  if (unique === undefined || (unique.onConflict ?? 'existing') === 'existing') return;
  throw refusal(
    'INVALID_INPUT',
    `runs.${index}.unique.onConflict`,
    'must be "existing" in a call of many runs; enqueue this one by itself',
  );
}

function checkReferences(requests: readonly RunRequest[], request: RunRequest, index: number): void {
  for (const wanted of indexesIn(request)) {
    const other = requests[wanted];
    const problem = other === undefined ? `there is no run ${wanted} in this call` : keyProblem(other, wanted);
    if (problem !== null) throw refusal('INVALID_INPUT', `runs.${index}.after`, problem);
  }
}

/** A run with a key may exist already. The statement reads keys once, so no other run of the call could wait for it. */
const keyProblem = (other: RunRequest, index: number): string | null =>
  hasKey(other) ? `run ${index} has a key, and can be waited for only by its id` : null;

/** The first cycle of runs that wait for each other, with its first run repeated at the end; null for none. */
export function findCycle(waitsFor: readonly (readonly number[])[]): number[] | null {
  const done = new Set<number>();
  for (let start = 0; start < waitsFor.length; start++) {
    // A walk by hand: a chain of thousands would exhaust the stack.
    const path: { at: number; next: number }[] = [{ at: start, next: 0 }];
    const onPath = new Set([start]);
    while (path.length > 0 && !done.has(start)) {
      const step = path[path.length - 1] as { at: number; next: number };
      const wanted = waitsFor[step.at]?.[step.next++];
      if (wanted === undefined) {
        done.add(step.at);
        onPath.delete(step.at);
        path.pop();
      } else if (onPath.has(wanted)) {
        const circle = path.map(({ at }) => at);
        return [...circle.slice(circle.indexOf(wanted)), wanted];
      } else if (!done.has(wanted)) {
        path.push({ at: wanted, next: 0 });
        onPath.add(wanted);
      }
    }
  }
  return null;
}
