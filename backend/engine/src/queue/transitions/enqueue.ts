import type { Actor } from '@job-manager/client/actor';
import { Batcher } from '@job-manager/client/batcher';
import { checkOne } from '@job-manager/client/check-call';
import { enqueueRuns, only } from '@job-manager/client/enqueue';
import { ENQUEUE } from '@job-manager/client/enqueue-statement';
import { retryPolicyOf } from '@job-manager/client/new-run';
import { type AddedRun, addEach, isPlain, type PlainRun, plainRun } from '@job-manager/client/plain-runs';
import {
  ENQUEUE_ONE,
  ENQUEUE_ONE_AUDITED,
  ENQUEUE_PLAIN,
  ENQUEUE_PLAIN_AUDITED,
} from '@job-manager/client/plain-statement';
import type { JobSettings, RunRequest } from '@job-manager/client/request';
import { type Sql as ClientSql, rowsOf } from '@job-manager/client/sql';
import { detailColumns, initialOf, summaryColumns } from '@job-manager/shared/contract/run-columns';
import { isAllowed } from '@job-manager/shared/run';
import type { Notifier } from '../../store/notifier.js';
import { readRun } from '../../store/run.js';
import { type QueuedRun, type RunRow, runOfText, selectRunAsText } from '../../store/run-row.js';
import type { Sql } from '../../store/sql.js';
import { notAllowed, unknownRun } from '../errors.js';
import type { Registry } from '../registry.js';

interface Enqueuing {
  request: RunRequest;
  /** As JSON. */
  parameters: string;
  settings: JobSettings;
  actor: Actor;
}

/** The fields of a run that has just been queued. */
const UNTOUCHED = {
  ...initialOf(summaryColumns),
  ...initialOf(detailColumns),
  status: 'QUEUED',
  attempt: 0,
  claimNo: 0,
  rev: 0,
  cancelRequestedById: null,
  cancelRequestedByEmail: null,
  runnerName: null,
  steps: null,
  childPid: null,
  cpuMs: null,
  peakMemoryBytes: null,
  maxLoopLagMs: null,
  waitsFor: null,
  batch: null,
  scheduleName: null,
  uniqueScope: null,
  uniqueUntil: null,
  author: null,
} as const satisfies Partial<QueuedRun>;

/**
 * Builds the row of a run without keys that waits for no run, without reading it: all of it is known, and reading would
 * take as long as queueing. The request is read now, and not later.
 */
function freshRun({ request, parameters, settings, actor }: Enqueuing): (added: AddedRun) => QueuedRun {
  const { runAt, delayMs = 0 } = request;
  const wantedAt = runAt === undefined ? null : new Date(runAt).getTime();
  const known = {
    ...UNTOUCHED,
    jobName: request.jobName,
    channel: request.channel ?? settings.channel,
    priority: request.priority ?? settings.priority,
    trigger: request.trigger ?? 'EVENT',
    scope: request.scope ?? null,
    correlationId: request.correlationId ?? null,
    algorithmVersion: settings.algorithmVersion,
    maxAttempts: request.maxAttempts ?? settings.maxAttempts,
    maxCrashes: settings.maxCrashes,
    timeoutMs: request.timeoutMs === undefined ? settings.timeoutMs : request.timeoutMs,
    triggeredById: actor.userId,
    triggeredByEmail: actor.userId === null ? null : actor.email,
    triggeredByToken: actor.tokenName ?? null,
    rerunOfId: request.rerunOfId ?? null,
    retryPolicy: retryPolicyOf(request) ?? null,
  } satisfies Partial<QueuedRun>;
  return ({ jobRunId, now }) => ({
    ...known,
    id: jobRunId,
    // A time in the past counts as now.
    runAt: new Date(Math.max(now.getTime(), wantedAt ?? now.getTime() + delayMs)),
    queuedAt: now,
    parameters: JSON.parse(parameters),
    earlierAttempts: [],
    dependsOn: [],
    dependents: [],
  });
}

/** Whether the actor has all fields that a run shows of its actor. */
const isNamed = ({ userId, email, tokenId, tokenName }: Actor): boolean =>
  (userId === null || email !== null) && (tokenId === null || tokenName !== undefined);

interface EnqueueingOptions {
  sql: Sql;
  registry: Registry;
  /** Notifies runners after a commit, before the callers get their answers; or lets the statement do so. */
  notifier: Pick<Notifier, 'queued' | 'takeTurn'>;
}

interface EnqueuedRun {
  run: QueuedRun;
  isNew: boolean;
}

/** Queues runs. The statements are the client package's. */
export class Enqueueing {
  readonly #options: EnqueueingOptions;
  readonly #sql: ClientSql;
  readonly #batcher: Batcher<PlainRun, AddedRun>;

  constructor(options: EnqueueingOptions) {
    this.#options = options;
    this.#sql = prepared(options.sql, {
      'enqueue-one': ENQUEUE_ONE,
      'enqueue-one-audited': ENQUEUE_ONE_AUDITED,
      'enqueue-plain': ENQUEUE_PLAIN,
      'enqueue-plain-audited': ENQUEUE_PLAIN_AUDITED,
    });
    this.#batcher = new Batcher<PlainRun, AddedRun>((runs) => this.#add(runs));
  }

  /**
   * Queues a run. Runs without keys that wait for no run are sent together with other calls of the moment, and need no
   * second statement.
   */
  async enqueue(given: RunRequest, actor: Actor): Promise<EnqueuedRun> {
    const { settings, parameters, slow } = this.#check(given);
    if (slow !== null) await slow;
    const request = given.rerunOfId === undefined ? given : await asRerun(this.#sql, given, given.rerunOfId);
    if (!isPlain(request)) return this.#enqueueKeyed(request, actor);
    // Without settings, which are with the code, the database fills them in.
    const describe = settings && isNamed(actor) ? freshRun({ request, parameters, settings, actor }) : null;
    const added = await this.#batcher.add(plainRun(request, { parameters, actor, settings }));
    return { run: describe?.(added) ?? (await readQueued(this.#options.sql, added.jobRunId)), isNew: true };
  }

  /** Queues a run in a transaction of the caller; runners are notified at the commit. */
  async enqueueIn(theirs: ClientSql, request: RunRequest, actor: Actor): Promise<EnqueuedRun> {
    await this.#check(request).slow;
    if (request.rerunOfId !== undefined) await asRerun(theirs, request, request.rerunOfId);
    const options = { actor, notifies: true, settingsOf: this.#options.registry.settings };
    // Nothing is sent again: an error has aborted the transaction.
    const { jobRunId, isNew } = only((await enqueueRuns(theirs, [request], options)).runs);
    return { run: await readRunOn(theirs, jobRunId), isNew };
  }

  async #add(runs: PlainRun[]): Promise<(AddedRun | Error)[]> {
    const { notifier } = this.#options;
    const notifies = runs.length === 1 && notifier.takeTurn();
    const answers = await addEach(this.#sql, runs, { notifies });
    if (!notifies && answers.some((answer) => !(answer instanceof Error))) notifier.queued();
    return answers;
  }

  async #enqueueKeyed(request: RunRequest, actor: Actor): Promise<EnqueuedRun> {
    const { sql, registry, notifier } = this.#options;
    const notifies = notifier.takeTurn();
    const options = { actor, notifies, settingsOf: registry.settings };
    const place = readsOtherRuns(request) ? this.#sql : prepared(sql, { enqueue: ENQUEUE });
    const { jobRunId, isNew } = only((await enqueueRuns(place, [request], options)).runs);
    if (!notifies) notifier.queued();
    return { run: await readQueued(sql, jobRunId), isNew };
  }

  /** `slow` is the rest of an asynchronous check; `settings` are undefined for a job without code here. */
  #check(request: RunRequest): { settings: JobSettings | undefined; parameters: string; slow: Promise<void> | null } {
    const { registry } = this.#options;
    const parameters = checkOne(request);
    const slow = registry.check(request.jobName, request.parameters ?? {}) ?? null;
    return { settings: registry.settings(request.jobName), parameters, slow };
  }
}

/**
 * Whether the statement searches the table of runs: a plan that was made while the table was small would not stay good.
 */
const readsOtherRuns = ({ unique, after }: RunRequest): boolean => unique !== undefined || after !== undefined;

/** Plans these statements, by their names, once per connection: planning takes longer than queueing a run. */
function prepared(sql: Sql, statements: Record<string, string>): ClientSql {
  const names = new Map(Object.entries(statements).map(([name, text]) => [text, name]));
  return { query: (text, values) => sql.query({ name: names.get(text), text, values }) };
}

async function readQueued(sql: Sql, runId: string): Promise<RunRow> {
  const run = await readRun(sql, runId);
  if (!run) throw new Error(`Run #${runId} was purged while it was read`);
  return run;
}

async function readRunOn(theirs: ClientSql, runId: string): Promise<RunRow> {
  const text = selectRunAsText('"JobRun"', 'r.id = $1::bigint');
  const [row] = await rowsOf<{ text: string }>(theirs, text, [runId]);
  if (!row) throw new Error(`Run #${runId} was purged while it was read`);
  return runOfText(row.text);
}

/** The request with what it takes over from the run it repeats. A run's end never changes, so what is seen here still holds when the new run is inserted. */
async function asRerun(sql: ClientSql, request: RunRequest, runId: string): Promise<RunRequest> {
  type Original = Pick<RunRow, 'status' | 'correlationId'>;
  const [original] = await rowsOf<Original>(sql, ORIGINAL, [runId]);
  if (!original) throw unknownRun(runId);
  if (!isAllowed('rerun', original.status)) throw notAllowed('rerun', runId, original.status);
  return { ...request, correlationId: request.correlationId ?? original.correlationId ?? undefined };
}

const ORIGINAL = 'SELECT status, "correlationId" FROM "JobRun" WHERE id = $1::bigint';
