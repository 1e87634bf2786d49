import { isContention, isUnreachable } from '../../store/database-errors.js';
import type { Listener } from '../../store/listener.js';
import type { Notifier } from '../../store/notifier.js';
import { type DueSchedule, readDueSchedules, type ScheduleRow, type WakingSchedule } from '../../store/schedules.js';
import type { Sql } from '../../store/sql.js';
import type { QueueEvents } from '../events.js';
import type { Registry } from '../registry.js';
import { MISSED_AFTER_MS, planFire, planSkip } from '../schedules/plan.js';
import { planResume } from '../schedules/timed-settings.js';
import { SYSTEM } from '../system-actor.js';
import { type Fired, fireSchedule } from '../transitions/fire-schedule.js';
import { resumeSchedule } from '../transitions/schedule.js';

export interface SchedulerOptions {
  sql: Sql;
  registry: Registry;
  events: QueueEvents;
  notifier: Notifier;
  /** Wakes the scheduler when schedules were changed; without it the next poll finds them. */
  listener?: Listener;
  /** The database's clock by default. */
  clock?: () => Promise<Date>;
}

/** The longest interval of its polls, for corrected clocks and, without notifications, new schedules. */
const MAX_SLEEP_MS = { notified: 10_000, alone: 2_000 };
/** Another process was first, or the schedule was changed: what is still due is read again. */
const AGAIN_MS = 20;
/** Schedules that come due together are dealt with so many at a time. */
const AT_ONCE = 4;

/** Moved on here, by another process, or not at all for the time being. */
type Outcome = 'moved' | 'lost' | 'left';

const isDue = (schedule: WakingSchedule): schedule is WakingSchedule & DueSchedule => schedule.pausedAt === null;

/**
 * Queues the runs of schedules as they come due. May run in any number of processes at once: the first one handles a
 * due time. A process handles the schedules of the jobs whose code it has; a due time that none of them handled within
 * a minute belongs to a job without code.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  /** Schedules whose problem was reported. */
  readonly #faulty = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #isWoken = false;
  #isClosed = false;
  #working: Promise<unknown> = Promise.resolve();

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#isClosed) return;
    this.#options.listener?.on('schedules', this.#wake);
    this.#later(0);
  }

  /** Resolves when the poll under way has ended. */
  async stop(): Promise<void> {
    this.#isClosed = true;
    this.#options.listener?.off('schedules', this.#wake);
    clearTimeout(this.#timer);
    await this.#working;
  }

  /** One poll: handles what is due, returns how many schedules it advanced and when to poll again. */
  async tick(): Promise<{ moved: number; againInMs: number }> {
    const { sql, listener, clock } = this.#options;
    const longestSleepMs = listener?.isConnected ? MAX_SLEEP_MS.notified : MAX_SLEEP_MS.alone;
    // With the clock in one statement, because it is most of what an idle process reads.
    const { now, schedules: soon } = await readDueSchedules(sql, longestSleepMs, await clock?.());
    const due = soon.filter(({ wakesAt }) => wakesAt <= now);
    const next = soon[due.length]?.wakesAt;
    const { moved, lost } = await this.#fireAll(due, now);
    if (moved > 0 || lost > 0) return { moved, againInMs: moved > 0 ? 0 : AGAIN_MS };
    return { moved, againInMs: next === undefined ? longestSleepMs : next.getTime() - now.getTime() };
  }

  async #fireAll(due: WakingSchedule[], now: Date): Promise<Record<Outcome, number>> {
    const waiting = [...due];
    const outcomes = { moved: 0, lost: 0, left: 0 };
    const work = async () => {
      for (let schedule = waiting.shift(); schedule && !this.#isClosed; schedule = waiting.shift()) {
        outcomes[await this.#tryFire(schedule, now)]++;
      }
    };
    const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
    const broken = ends.find((end) => end.status === 'rejected');
    if (broken) throw broken.reason;
    return outcomes;
  }

  async #tryFire(schedule: WakingSchedule, now: Date): Promise<Outcome> {
    try {
      if (!isDue(schedule)) return (await this.#resume(schedule)) ? 'moved' : 'lost';
      const fired = await this.#fire(schedule, now);
      this.#faulty.delete(schedule.id);
      if (fired === 'left') return 'left';
      if (fired !== null) this.#announce(schedule, fired);
      return fired === null ? 'lost' : 'moved';
    } catch (error) {
      if (isUnreachable(error)) throw error;
      if (isContention(error)) return 'lost';
      this.#reportOnce(schedule, error);
      return 'left';
    }
  }

  /** A schedule that can't be handled must not hold up the others. Its due times are not lost, they wait. */
  #reportOnce(schedule: ScheduleRow, error: unknown): void {
    if (this.#faulty.has(schedule.id)) return;
    this.#faulty.add(schedule.id);
    this.#options.events.emit('internalError', { during: `schedule ${schedule.name}`, error });
  }

  /** Ends a pause at its time: what comes due at that very moment runs. */
  async #resume(schedule: WakingSchedule): Promise<boolean> {
    const plan = await planResume(schedule, new Date(schedule.wakesAt.getTime() - 1));
    return resumeSchedule(this.#options.sql, schedule, plan, SYSTEM);
  }

  async #fire(schedule: DueSchedule, now: Date): Promise<Fired | null | 'left'> {
    const { sql, registry } = this.#options;
    const settings = registry.settings(schedule.jobName);
    if (settings !== undefined) return fireSchedule(sql, schedule, await planFire(schedule, now), settings);
    if (now.getTime() - schedule.nextRunAt.getTime() <= MISSED_AFTER_MS) return 'left';
    return fireSchedule(sql, schedule, await planSkip(schedule, now, 'JOB_GONE'), null);
  }

  #announce(schedule: DueSchedule, fired: Fired): void {
    const { events, notifier } = this.#options;
    if (fired.runs > 0) notifier.queued();
    if (fired.cancelled > 0) notifier.changed();
    for (const runId of fired.requested) notifier.cancelRequested(runId);
    if (fired.runs > 0)
      events.emit('scheduleFired', { schedule: schedule.name, jobName: schedule.jobName, runs: fired.runs });
  }

  readonly #wake = (): void => {
    this.#isWoken = true;
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#later(0);
  };

  #later(ms: number): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#working = this.#poll();
      },
      this.#isWoken ? 0 : ms,
    );
    this.#timer.unref();
  }

  async #poll(): Promise<void> {
    this.#isWoken = false;
    try {
      this.#later((await this.tick()).againInMs);
    } catch (error) {
      if (!isUnreachable(error)) this.#options.events.emit('internalError', { during: 'scheduling', error });
      this.#later(MAX_SLEEP_MS.alone);
    }
  }
}
