import type { JobRunStep, StepPlan, StepReport } from '@job-manager/shared/contract/message';
import { limits } from '@job-manager/shared/limits';
import type { StepState } from '@job-manager/shared/message';
import type { TerminalStatus } from '@job-manager/shared/run';
import { storableProgress, storableText } from './storable.js';

/** How deep steps may be nested: no reader goes further, and a walk over them needs no more stack. */
const MAX_LEVELS = 10;
const MAX_ID_CHARS = 100;
/** Only a successful run has 100 %, whatever the progress of its steps. */
const MAX_PERCENT = 99.9;
/** PostgreSQL refuses to round what is too small for its column to nothing. */
const MIN_PERCENT = 1e-6;

/** An invalid plan or report; the message describes the problem. */
export class StepError extends Error {
  override readonly name = 'StepError';
}

/**
 * Adds planned steps at the end, or below the step `under`. Ids are unique within the run, however deep. Throws
 * StepError for an invalid plan; then nothing is added.
 */
export function planSteps(steps: readonly JobRunStep[], plan: readonly StepPlan[], under?: string): JobRunStep[] {
  const planned = plan.map(plannedStep);
  const after =
    under === undefined ? [...steps, ...planned] : changeStep(steps, under, (step) => withSteps(step, planned));
  checkTree(after);
  return after;
}

/**
 * Notes how far a step is, `afterMs` after the attempt began. A step runs from its first report on and is done
 * at 1; its progress never goes back. A step with steps of its own counts theirs; reported as done, those that
 * never began are skipped. Other steps are left alone: several may run at once. Throws StepError for an
 * unknown step.
 */
export function reportStep(steps: readonly JobRunStep[], report: StepReport, afterMs: number): JobRunStep[] {
  return changeStep(steps, report.id, (step) => reported(step, report, afterMs), afterMs);
}

/** How far the whole is, 0 to 1: the weighted sum of the steps. Falls when steps are added; see `heldPercent`. */
export function overallProgress(steps: readonly JobRunStep[]): number {
  const total = steps.reduce((sum, step) => sum + step.weight, 0);
  const done = steps.reduce((sum, step) => sum + step.weight * (step.state === 'skipped' ? 1 : step.progress), 0);
  return total === 0 ? 0 : Math.min(1, done / total);
}

/** The percentage to report after `before`: it never falls, and stays below 100 until the run has succeeded. */
export function heldPercent(before: number | null, fraction: number): number {
  const percent = Math.min(MAX_PERCENT, Math.max(before ?? 0, Number.isNaN(fraction) ? 0 : fraction * 100));
  return percent < MIN_PERCENT ? 0 : percent;
}

/** What is going on: of the running step that began last, the innermost, its message or else its label. */
export function runningMessage(steps: readonly JobRunStep[]): string | null {
  const running = steps.filter((step) => step.state === 'running');
  const latest = running.reduce<JobRunStep | undefined>(
    (found, step) => (found && (found.startedAfterMs ?? 0) > (step.startedAfterMs ?? 0) ? found : step),
    undefined,
  );
  return latest ? (runningMessage(latest.steps) ?? latest.message ?? latest.label) : null;
}

/** The steps of a run that ended so: what was running ended with it, what never began was skipped. */
export function endSteps(steps: readonly JobRunStep[], status: TerminalStatus, afterMs: number): JobRunStep[] {
  return steps.map((step) => {
    const ended = { ...step, steps: endSteps(step.steps, status, afterMs) };
    if (step.state === 'pending') return { ...ended, state: 'skipped' };
    if (step.state !== 'running') return ended;
    return { ...ended, ...endOf(step, STATE_AT_END[status], afterMs) };
  });
}

const STATE_AT_END = { SUCCESS: 'done', FAILED: 'failed', CANCELLED: 'cancelled' } as const;

function plannedStep(plan: StepPlan): JobRunStep {
  const { id, label = id, weight = 1, steps = [] } = plan;
  if (typeof id !== 'string' || id === '' || storableText(id, MAX_ID_CHARS) !== id)
    throw new StepError(`The id of a step has 1 to ${MAX_ID_CHARS} characters, unlike ${JSON.stringify(id)}`);
  if (!(Number.isFinite(weight) && weight > 0))
    throw new StepError(`The weight of step "${id}" must be above 0, unlike ${weight}`);
  return {
    id,
    label: storableText(String(label), limits.stepLabelChars),
    weight,
    progress: 0,
    state: 'pending',
    message: null,
    startedAfterMs: null,
    tookMs: null,
    steps: steps.map(plannedStep),
  };
}

function checkTree(steps: readonly JobRunStep[]): void {
  const ids = new Set<string>();
  let level = steps;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth === MAX_LEVELS) throw new StepError(`Steps can't be nested deeper than ${MAX_LEVELS} levels`);
    for (const { id } of level) {
      if (ids.has(id)) throw new StepError(`There already is a step "${id}"`);
      ids.add(id);
    }
    if (ids.size > limits.steps) throw new StepError(`A run has at most ${limits.steps} steps`);
    level = level.flatMap((step) => step.steps);
  }
}

/** The tree with one step changed, and those above it, which follow what is below them. */
function changeStep(
  steps: readonly JobRunStep[],
  id: string,
  change: (step: JobRunStep) => JobRunStep,
  afterMs: number | null = null,
): JobRunStep[] {
  const changed = changeWithin(steps, id, change, afterMs);
  if (!changed) throw new StepError(`There is no step "${id}"`);
  return changed;
}

function changeWithin(
  steps: readonly JobRunStep[],
  id: string,
  change: (step: JobRunStep) => JobRunStep,
  afterMs: number | null,
): JobRunStep[] | undefined {
  for (const [index, step] of steps.entries()) {
    if (step.id === id) return steps.with(index, change(step));
    const below = changeWithin(step.steps, id, change, afterMs);
    if (below) return steps.with(index, following({ ...step, steps: below }, afterMs));
  }
  return undefined;
}

/** More steps below one: it is as far as they are, and goes on if it was thought to be done. */
function withSteps(step: JobRunStep, planned: JobRunStep[]): JobRunStep {
  if (planned.length === 0) return step;
  return following({ ...step, steps: [...step.steps, ...planned] }, null);
}

function reported(step: JobRunStep, report: StepReport, afterMs: number): JobRunStep {
  const message = report.message === undefined ? step.message : storableProgress(String(report.message), undefined);
  const running = { ...started(step, afterMs), message };
  if (report.progress >= 1) return { ...running, ...doneBelow(running, afterMs), ...endOf(running, 'done', afterMs) };
  if (step.state === 'done') return { ...step, message };
  if (step.steps.length > 0) return { ...running, progress: overallProgress(step.steps) };
  // Jobs sometimes divide by zero.
  const progress = Number.isNaN(report.progress) ? 0 : report.progress;
  return { ...running, progress: Math.max(step.progress, progress) };
}

function started(step: JobRunStep, afterMs: number): JobRunStep {
  const state = step.state === 'pending' || step.state === 'skipped' ? 'running' : step.state;
  return { ...step, state, startedAfterMs: step.startedAfterMs ?? afterMs };
}

const doneBelow = (step: JobRunStep, afterMs: number) => ({ steps: endSteps(step.steps, 'SUCCESS', afterMs) });

/** Whatever ended keeps the time it took then. */
function endOf(step: JobRunStep, state: StepState, afterMs: number): Pick<JobRunStep, 'state' | 'progress' | 'tookMs'> {
  const tookMs = step.tookMs ?? Math.max(0, afterMs - (step.startedAfterMs ?? afterMs));
  return { state, tookMs, progress: state === 'done' ? 1 : step.progress };
}

/** A step as the steps below it have it: it began with the first of them, and is done when all of them are. */
function following(step: JobRunStep, afterMs: number | null): JobRunStep {
  const progress = overallProgress(step.steps);
  const isDone = step.steps.every(({ state }) => state === 'done' || state === 'skipped');
  if (afterMs === null) return { ...step, progress, ...(step.state === 'done' && !isDone && REOPENED) };
  const running = { ...started(step, afterMs), progress };
  if (isDone) return { ...running, ...endOf(running, 'done', afterMs) };
  return { ...running, ...(running.state === 'done' && REOPENED) };
}

const REOPENED = { state: 'running', tookMs: null } as const;
