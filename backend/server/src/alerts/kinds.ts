import type { AlertRuleKind } from '@job-manager/shared/alert-rules';
import { channelLate, queueDepth } from './kinds/channels.js';
import { connectionsLost } from './kinds/connections.js';
import { failureRate, failuresRising, newCause, runFailed } from './kinds/failures.js';
import { panelErrors, panelErrorsRising } from './kinds/panel-errors.js';
import { noSuccess, scheduleSkipped, slowRuns, stalledRuns } from './kinds/runs.js';
import { health, noRunner, runnerLost } from './kinds/system.js';
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
