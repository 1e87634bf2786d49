import type { AlertRuleKind } from '@job-manager/shared/alert-rules';
import { channelLate, queueDepth } from './rules/channels.js';
import { connectionsLost } from './rules/connections.js';
import { failureRate, failuresRising, newCause, runFailed } from './rules/failures.js';
import { panelErrors, panelErrorsRising } from './rules/panel-errors.js';
import { noSuccess, scheduleSkipped, slowRuns, stalledRuns } from './rules/runs.js';
import { health, noRunner, runnerLost } from './rules/system.js';
import type { RuleJudge } from './source.js';

/** Every kind of rule, as it is judged. */
export const ruleJudges = {
  runFailed,
  failureRate,
  failuresRising,
  slowRuns,
  stalledRuns,
  noSuccess,
  channelLate,
  queueDepth,
  noRunner,
  runnerLost,
  scheduleSkipped,
  newCause,
  panelErrors,
  panelErrorsRising,
  connectionsLost,
  health,
} as const satisfies Record<AlertRuleKind, RuleJudge>;

export const ruleJudgeOf = (kind: AlertRuleKind): RuleJudge => ruleJudges[kind];
