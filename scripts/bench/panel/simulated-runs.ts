import { jobs } from '@job-manager/sample/registry';
import { type Change, progressOf } from '@job-manager/server/live/changes';
import { blankRun, type JobRunSummary } from '@job-manager/shared/contract/run';

/** Active at any time, where no other number is given; each is replaced when it has ended. */
const ACTIVE = 20;
/** A run comes, starts, reports four times and ends. */
const REPORTS = 4;
/** One of so many ends badly. */
const FAILS_OF = 50;
/** Beyond all that the database has, so that none is taken for one of those. */
const FIRST_ID = 1_000_000_000;

/** Runs that are queued, start, report and end for ever, in turn, in messages like those of the server. */
export class SimulatedRuns {
  readonly #active: { run: JobRunSummary; changes: number }[] = [];
  #next = FIRST_ID;
  #turn = 0;

  constructor(active = ACTIVE) {
    // In different moments of their lives, as they are later.
    for (let slot = 0; slot < active; slot += 1) {
      this.#active.push({ run: this.#newRun(), changes: 0 });
      for (let change = 0; change < slot % (REPORTS + 2); change += 1) this.#advance(slot);
    }
  }

  get runs(): JobRunSummary[] {
    return this.#active.map(({ run }) => run);
  }

  /** What happens next. */
  change(): Change {
    this.#turn = (this.#turn + 1) % this.#active.length;
    return this.#advance(this.#turn);
  }

  #advance(slot: number): Change {
    const life = this.#active[slot];
    if (!life) throw new RangeError(`There is no run ${slot}`);
    life.changes += 1;
    const at = new Date().toISOString();
    const { run, changes } = life;
    const update = (part: Partial<JobRunSummary>): JobRunSummary => {
      life.run = { ...life.run, ...part, rev: run.rev + 1 };
      return life.run;
    };
    if (run.finishedAt !== null) {
      this.#active[slot] = { run: this.#newRun(), changes: 0 };
      return this.#message('server.admin.job_queued', slot);
    }
    if (changes === 1) {
      update({ status: 'RUNNING', startedAt: at, lastHeartbeatAt: at, queueDelayMs: 5, attempt: 1, claimNo: 1 });
      return this.#message('server.admin.job_started', slot);
    }
    if (changes <= REPORTS + 1) {
      const share = (changes - 1) / (REPORTS + 1);
      return progressOf(update({ progressPercent: 100 * share, progressMessage: `Part ${changes - 1} of ${REPORTS}` }));
    }
    const isFailed = Number(run.id) % FAILS_OF === 0;
    const fate = isFailed
      ? ({ status: 'FAILED', error: `No luck with ${run.id}` } as const)
      : { status: 'SUCCESS' as const };
    update({ ...fate, finishedAt: at, durationMs: 700 });
    return this.#message('server.admin.job_completed', slot);
  }

  #message(
    type: 'server.admin.job_queued' | 'server.admin.job_started' | 'server.admin.job_completed',
    slot: number,
  ): Change {
    const { run } = this.#active[slot] as { run: JobRunSummary };
    return { type, data: { jobRunId: run.id, run } };
  }

  #newRun(): JobRunSummary {
    const at = new Date().toISOString();
    const id = this.#next;
    this.#next += 1;
    return {
      ...blankRun,
      id: String(id),
      jobName: jobs[id % jobs.length]?.name ?? '',
      status: 'QUEUED',
      trigger: 'API',
      attempt: 0,
      maxAttempts: 3,
      claimNo: 0,
      runAt: at,
      queuedAt: at,
      rev: 1,
    };
  }
}
