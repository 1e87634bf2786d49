import type { JobRunStep, StepPlan, StepReport } from '@job-manager/shared/contract/message';
import { QueueError } from '../errors.js';
import { heldPercent, overallProgress, planSteps, reportStep, runningMessage, StepError } from '../steps.js';
import type { ExternalProgress } from '../transitions/external.js';

/** The progress that an external program reports: a number, or steps. */
export interface ProgressReport {
  progress?: number;
  message?: string;
  pipeline?: StepPlan[];
  steps?: StepReport[];
}

/** The progress of a run after a report. Throws QueueError for invalid steps. */
export function progressAfter(before: ExternalProgress, report: ProgressReport): ExternalProgress {
  const { pipeline = [], steps: reports = [] } = report;
  const hasSteps = pipeline.length > 0 || reports.length > 0;
  const steps = hasSteps ? stepsAfter(before.steps ?? [], pipeline, reports, before.afterMs) : before.steps;
  const fraction = report.progress ?? (hasSteps && steps ? overallProgress(steps) : null);
  return {
    ...before,
    steps,
    percent: fraction === null ? before.percent : heldPercent(before.percent, fraction),
    message: report.message ?? (hasSteps && steps ? runningMessage(steps) : null) ?? before.message,
  };
}

/** The steps of a plan, none of which has begun. Throws QueueError for an invalid plan. */
export const plannedSteps = (plan: StepPlan[]): JobRunStep[] => refusing('steps', () => planSteps([], plan));

function stepsAfter(steps: JobRunStep[], plan: StepPlan[], reports: StepReport[], afterMs: number): JobRunStep[] {
  const planned = refusing('pipeline', () => planMissing(steps, plan));
  return refusing('steps', () => reports.reduce((all, report) => reportStep(all, report, afterMs), planned));
}

/** Plans what isn't planned yet: a program that never received the answer sends its plan again. */
function planMissing(steps: JobRunStep[], plan: StepPlan[], under?: string): JobRunStep[] {
  const known = idsOf(steps);
  const missing = plan.filter((step) => !known.has(step.id));
  const added = missing.length > 0 ? planSteps(steps, missing, under) : steps;
  return plan
    .filter((step) => known.has(step.id) && step.steps)
    .reduce((all, step) => planMissing(all, step.steps ?? [], step.id), added);
}

const idsOf = (steps: JobRunStep[]): Set<string> => new Set(steps.flatMap((step) => [step.id, ...idsOf(step.steps)]));

function refusing<Result>(field: string, reckon: () => Result): Result {
  try {
    return reckon();
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    throw new QueueError('INVALID_INPUT', `${field}: ${error.message}.`, [{ path: field, message: error.message }]);
  }
}
