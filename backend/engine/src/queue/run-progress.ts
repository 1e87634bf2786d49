import type { JobRunStep, StepPlan, StepReport } from '@job-manager/shared/contract/message';
import type { TerminalStatus } from '@job-manager/shared/run';
import type { StepHandle } from './job.js';
import type { Redaction } from './redaction.js';
import { endSteps, heldPercent, overallProgress, planSteps, reportStep, runningMessage, StepError } from './steps.js';
import { storableProgress, storableSteps } from './storable.js';
import type { LastProgress } from './transitions/finish.js';

/** How far a run is. */
export interface ProgressState {
  percent: number | null;
  message: string | null;
  /** Null for a run without a pipeline; a new value whenever a step changed. */
  steps: readonly JobRunStep[] | null;
}

/** What a job reports of its progress, by itself or step by step. The whole never goes back. */
export class RunProgress {
  readonly #onChange: (state: ProgressState) => void;
  readonly #onMistake: (message: string) => void;
  #hasMistaken = false;
  readonly #redaction: Redaction | undefined;
  readonly #startedAt: number;
  #state: ProgressState = { percent: null, message: null, steps: null };

  /**
   * `onMistake` is called once, with a message for the author of a job that reports a percentage. `startedAt` is by the
   * process's own clock.
   */
  constructor(
    onChange: (state: ProgressState) => void,
    redaction?: Redaction,
    onMistake: (message: string) => void = () => {},
    startedAt = performance.now(),
  ) {
    this.#onChange = onChange;
    this.#onMistake = onMistake;
    this.#redaction = redaction;
    this.#startedAt = startedAt;
  }

  report(fraction: number, message?: string): void {
    const before = this.#state.percent;
    const percent = this.#isFraction(fraction, 'ctx.progress') ? heldPercent(before, fraction) : before;
    const shown = this.#storable(message) ?? this.#state.message;
    this.#change({ percent, message: shown });
  }

  pipeline(plan: readonly StepPlan[], under?: string): void {
    this.#changeSteps(planSteps(this.#state.steps ?? [], plan, under));
  }

  /** Throws StepError for a step that is not planned. */
  step(id: string): StepHandle {
    if (!hasStep(this.#state.steps ?? [], id)) throw new StepError(`There is no step "${id}"`);
    return {
      start: (message) => this.#reportStep({ id, progress: 0, message }),
      progress: (fraction, message) => {
        const isFraction = this.#isFraction(fraction, `ctx.step('${id}').progress`);
        this.#reportStep({ id, progress: isFraction ? fraction : Number.NaN, message });
      },
      done: (message) => this.#reportStep({ id, progress: 1, message }),
      pipeline: (plan) => this.pipeline(plan, id),
    };
  }

  /** Shows what became of the run, in the place of its last message. */
  summarize(text: string): void {
    this.#change({ message: this.#storable(text) ?? this.#state.message });
  }

  /** How far the run came, with its steps as they are once it has ended so. */
  atEnd(status: TerminalStatus, redaction: Redaction): LastProgress {
    return lastProgress(this.#state, status, this.#afterMs(), redaction);
  }

  /** A percentage would mean 100 % from the first report on; sums may be slightly outside of 0 to 1. */
  #isFraction(fraction: unknown, by: string): boolean {
    if (typeof fraction === 'number' && fraction >= -0.01 && fraction <= 1.01) return true;
    if (!this.#hasMistaken)
      this.#onMistake(`${by} takes a fraction from 0 to 1, and got ${fraction}; it is left out. For 50 % report 0.5.`);
    this.#hasMistaken = true;
    return false;
  }

  #reportStep({ message, ...place }: StepReport): void {
    const report = { ...place, message: this.#storable(message) };
    const steps = reportStep(this.#state.steps ?? [], report, this.#afterMs());
    // The message at the end of a step stays until the next step begins.
    this.#changeSteps(steps, report.message);
  }

  #changeSteps(steps: JobRunStep[], reported?: string): void {
    const percent = heldPercent(this.#state.percent, overallProgress(steps));
    const message = reported ?? runningMessage(steps);
    this.#change({ steps, percent, message: message ?? this.#state.message });
  }

  #change(change: Partial<ProgressState>): void {
    this.#state = { ...this.#state, ...change };
    this.#onChange(this.#state);
  }

  #storable(message: string | undefined): string | undefined {
    return message === undefined ? undefined : storableProgress(String(message), this.#redaction);
  }

  #afterMs(): number {
    return Math.round(performance.now() - this.#startedAt);
  }
}

/** How far a run came that ended so, `afterMs` after its attempt had begun. */
export function lastProgress(
  { percent, message, steps }: ProgressState,
  status: TerminalStatus,
  afterMs: number,
  redaction: Redaction,
): LastProgress {
  return {
    progressPercent: percent,
    progressMessage: message && storableProgress(message, redaction),
    steps: steps && storableSteps(endSteps(steps, status, afterMs), redaction),
  };
}

const hasStep = (steps: readonly JobRunStep[], id: string): boolean =>
  steps.some((step) => step.id === id || hasStep(step.steps, id));
