import { isNeeded } from '@job-manager/engine/database/installation';
import { formatAgo, formatDuration } from '@job-manager/engine/store/format-duration';
import type { EndedRow, RunnerRow, SystemState, TroubledRow } from '@job-manager/engine/store/health';
import { compareVersions, listDifferences } from '@job-manager/engine/store/job-version';
import type { RivalVersion } from '@job-manager/engine/store/job-versions';
import { SILENT_HEARTBEATS } from '@job-manager/engine/store/runner-events';
import type { SystemHealth, Verdict } from '@job-manager/shared/contract/health';
import { queuedCap } from '@job-manager/shared/live';
import { describeUntrustedProxy } from '../auth/proxies.js';
import type { HealthFacts } from './facts.js';
import { listed } from './listed.js';

type Reason = SystemHealth['reasons'][number];

type Ended = Pick<EndedRow, 'runs' | 'failed'>;

/** From where on something is a reason, in milliseconds where not stated otherwise. */
const thresholds = {
  latency: { warning: 250, critical: 2_000 },
  roundTrip: 1_000,
  oldestDue: { warning: 5 * 60_000, critical: 30 * 60_000 },
  /** So long may due runs wait without a runner that can claim them, or with one that doesn't. */
  unclaimed: 60_000,
  /** A loss is news for so long; a runner that was stopped is none. */
  lostIsNews: 15 * 60_000,
  loopLag: 1_000,
  /** Part of the limit of external runs. */
  externalUsed: 0.9,
  /** Or an interval, where that is longer: tasks are done when they are due. */
  overdue: 60_000,
  /** Of the runs that ended lately, in per cent; fewer failures than `runs` are none to be warned of. */
  failed: { percent: 20, runs: 5 },
  /** So long runs may wait in a paused channel before the pause counts as forgotten. */
  forgottenPause: 15 * 60_000,
} as const;

/** The verdict on the facts: that of the worst reason, and each reason as text, the worst first. */
export function judge(facts: HealthFacts): { verdict: Verdict; reasons: Reason[] } {
  const { state } = facts;
  const found = [
    ...judgeServer(facts),
    ...judgeDuties(facts),
    ...(state === null
      ? []
      : [...judgeBacklog(facts, state), ...judgeRuns(facts, state), ...judgeRunners(facts, state)]),
    ...(state === null
      ? []
      : [...judgeFailures(state), ...judgePauses(state), ...judgeMaintenance(facts, state), ...judgeVersions(state)]),
  ];
  const reasons = (['CRITICAL', 'WARNING'] as const).flatMap((severity) =>
    found.filter((reason) => reason.severity === severity),
  );
  return { verdict: reasons[0]?.severity ?? 'OK', reasons };
}

const critical = (code: string, message: string): Reason => ({ severity: 'CRITICAL', code, message });
const warning = (code: string, message: string): Reason => ({ severity: 'WARNING', code, message });

/** What this process doesn't do because of its settings: an operator need not search for the cause elsewhere. */
function judgeDuties({ duties }: HealthFacts): Reason[] {
  if (duties.isStandby)
    return [
      warning(
        'STANDBY',
        'This server stands by (JOBS_STANDBY=on): it executes no runs, fires no schedules and recovers nothing.',
      ),
    ];
  if (duties.firesSchedules) return [];
  return [
    warning(
      'SCHEDULER_OFF',
      'This server fires no schedules (JOBS_SCHEDULER=off); due times wait for a process that does.',
    ),
  ];
}

function judgeServer({ isClosing, database, notifications, state, untrustedProxy }: HealthFacts): Reason[] {
  const { latencyMs, pending, unknown, missing } = database;
  const found: Reason[] = [];
  if (untrustedProxy) found.push(warning('UNTRUSTED_PROXY', describeUntrustedProxy(untrustedProxy)));
  if (isClosing) found.push(critical('CLOSING', 'This server is being stopped.'));
  if (latencyMs === null) return [...found, critical('DATABASE_UNREACHABLE', 'The database does not answer.')];
  if (pending.length > 0) {
    const message = `The database lacks ${count(pending.length, 'migration')}: ${listed(pending)}.`;
    found.push(critical('MIGRATIONS_MISSING', message));
  }
  if (unknown.length > 0) {
    const message = `The database has migrations of a newer version: ${listed(unknown)}.`;
    found.push(warning('MIGRATIONS_UNKNOWN', message));
  }
  if (missing.length > 0) {
    const message = `The database lacks what its migrations made: ${listed(missing)}.`;
    found.push(missing.some(isNeeded) ? critical('SCHEMA_DRIFT', message) : warning('SCHEMA_DRIFT', message));
  }
  const slow = `The database takes ${formatDuration(latencyMs)} to answer.`;
  if (latencyMs > thresholds.latency.critical) found.push(critical('DATABASE_SLOW', slow));
  else if (latencyMs > thresholds.latency.warning) found.push(warning('DATABASE_SLOW', slow));
  if (pending.length === 0 && missing.length === 0 && state === null) {
    const message = 'The database answers, but not in time how runs and runners are doing.';
    found.push(warning('STATE_UNKNOWN', message));
  }
  return [...found, ...judgeNotifications(notifications)];
}

function judgeNotifications({ isOff, isConnected, roundTripMs }: HealthFacts['notifications']): Reason[] {
  if (isOff) return [];
  if (!isConnected || roundTripMs === null) {
    const message = 'Notifications of the database do not arrive: everything still works, a second later.';
    return [warning('NOTIFICATIONS_DOWN', message)];
  }
  if (roundTripMs <= thresholds.roundTrip) return [];
  const took = formatDuration(roundTripMs);
  return [warning('NOTIFICATIONS_SLOW', `A notification takes ${took}: everything still works, later.`)];
}

function judgeBacklog(facts: HealthFacts, { now, backlog, runners }: SystemState): Reason[] {
  const isClaimed = runners.some((runner) => isClaiming(runner, facts, now));
  // That runs wait is what it was started for.
  if (facts.duties.isStandby && !isClaimed) return [];
  const ageMs = backlog.oldestDueAt === null ? 0 : since(now, backlog.oldestDueAt);
  const due = count(backlog.due, 'due run');
  const found: Reason[] = [];
  if (!isClaimed && ageMs > thresholds.unclaimed) {
    const message = `No runner is alive, and ${due} wait, the oldest for ${formatDuration(ageMs)}.`;
    found.push(critical('NO_RUNNER', message));
  } else if (!isClaimed) {
    found.push(warning('NO_RUNNER', 'No runner is alive; runs will wait until one is started.'));
  }
  const old = `The oldest of ${due} has waited for ${formatDuration(ageMs)}.`;
  if (ageMs > thresholds.oldestDue.critical) found.push(critical('BACKLOG_OLD', old));
  else if (ageMs > thresholds.oldestDue.warning) found.push(warning('BACKLOG_OLD', old));
  return found;
}

function judgeRuns({ limits }: HealthFacts, { troubled, runningExternal }: SystemState): Reason[] {
  const stalled = troubled.filter((run) => run.isStalled);
  const slow = troubled.filter((run) => !run.isStalled);
  const found: Reason[] = [];
  if (stalled.length > 0) {
    found.push(
      warning(
        'STALLED_RUNS',
        `${count(stalled.length, 'run')} stalled, without a heartbeat for too long: ${names(stalled)}.`,
      ),
    );
  }
  if (slow.length > 0) {
    found.push(warning('SLOW_RUNS', `${count(slow.length, 'run')} slower than expected: ${names(slow)}.`));
  }
  if (runningExternal >= limits.maxExternal * thresholds.externalUsed && runningExternal > 0) {
    const message = `${runningExternal} of at most ${limits.maxExternal} runs of external programs are running.`;
    found.push(warning('EXTERNAL_LIMIT', message));
  }
  return found;
}

/** Of all runs together, else of single jobs: what fails in one of many jobs is lost in the whole. */
function judgeFailures({ now, ended: { since: from, jobs } }: SystemState): Reason[] {
  const within = formatDuration(Math.round(since(now, from) / 60_000) * 60_000);
  const sum = (field: 'runs' | 'failed') => jobs.reduce((total, job) => total + job[field], 0);
  const all = { runs: sum('runs'), failed: sum('failed') };
  const failing = jobs.filter(failsOften);
  if (failsOften(all)) {
    const worst = jobs.filter(({ failed }) => failed > 0).slice(0, MAX_JOBS_NAMED);
    const whose = listed(worst.map(({ jobName, failed }) => `${failed.toLocaleString('en')} of ${jobName}`));
    return [warning('FAILURE_RATE', `${describeFailures(all)} in the last ${within} failed: ${whose}.`)];
  }
  const found = failing
    .slice(0, MAX_JOBS_NAMED)
    .map((job) =>
      warning('FAILURE_RATE', `${describeFailures(job)} of job ${job.jobName} in the last ${within} failed.`),
    );
  const more = failing.length - found.length;
  return more > 0 ? [...found, warning('FAILURE_RATE', `The same holds for ${count(more, 'more job')}.`)] : found;
}

const percentFailed = ({ runs, failed }: Ended): number => Math.round((100 * failed) / Math.max(1, runs));

const failsOften = (ended: Ended): boolean =>
  ended.failed >= thresholds.failed.runs && percentFailed(ended) >= thresholds.failed.percent;

const describeFailures = (ended: Ended): string =>
  `${ended.failed.toLocaleString('en')} of ${count(ended.runs, 'run')} (${percentFailed(ended)} %)`;

/** An operator paused a channel or a job, and may have forgotten it. */
function judgePauses({ pauses }: SystemState): Reason[] {
  return pauses
    .filter(({ waitingMs }) => waitingMs >= thresholds.forgottenPause)
    .slice(0, MAX_JOBS_NAMED)
    .map(({ kind, name, pausedMs, pausedBy, pauseReason, due }) => {
      const by = pausedBy === null ? '' : ` by ${pausedBy}`;
      const why = pauseReason === null ? '' : ` ("${pauseReason}")`;
      const waits = `${count(due, 'due run')} ${due === 1 ? 'waits' : 'wait'} ${kind === 'channel' ? 'in it' : 'for that'}`;
      const message = `${kind === 'channel' ? 'Channel' : 'Job'} ${name} has been paused for ${formatDuration(pausedMs)}${by}${why}, and ${waits}: resume it when it may go on.`;
      return warning(kind === 'channel' ? 'CHANNEL_PAUSED' : 'JOB_PAUSED', message);
    });
}

function judgeRunners(facts: HealthFacts, { now, backlog, runners }: SystemState): Reason[] {
  const waitsMs = backlog.oldestKnownDueAt === null ? 0 : since(now, backlog.oldestKnownDueAt);
  return runners.flatMap((runner) => {
    const name = nameOf(runner);
    const silentMs = since(now, runner.lastHeartbeatAt);
    if (runner.status === 'LOST' && silentMs <= thresholds.lostIsNews) {
      return [warning('RUNNER_LOST', `${name} was lost ${formatAgo(silentMs)}; its runs are recovered.`)];
    }
    if (runner.status === 'STOPPED' || runner.status === 'LOST') return [];
    if (isSilent(runner, facts, now)) {
      return [warning('RUNNER_SILENT', `${name} has had no heartbeat for ${formatDuration(silentMs)}.`)];
    }
    const found: Reason[] = [];
    if (runner.loopLagMs > thresholds.loopLag) {
      const message = `The event loop of ${name.replace(/^The/, 'the')} was blocked for ${formatDuration(runner.loopLagMs)}: a job computes without a pause.`;
      found.push(warning('LOOP_BLOCKED', message));
    }
    const idleMs = since(now, runner.lastClaimAt ?? runner.startedAt);
    const isIdle = isClaiming(runner, facts, now) && runner.activeRuns < runner.concurrency;
    if (isIdle && Math.min(idleMs, waitsMs) > thresholds.unclaimed) {
      const message = `${name} is alive but has claimed nothing for ${formatDuration(idleMs)}, though runs wait.`;
      found.push(warning('RUNNER_IDLE', message));
    }
    return found;
  });
}

function judgeMaintenance({ limits, duties }: HealthFacts, { now, maintenance }: SystemState): Reason[] {
  const overdue = maintenance.filter(
    (task) => !duties.isStandby && since(now, task.nextAt) > Math.max(thresholds.overdue, limits.maintenanceMs),
  );
  const found = maintenance
    .filter(({ hasProblem }) => hasProblem)
    .map(({ task, lastResult }) =>
      warning('MAINTENANCE_PROBLEM', `Maintenance found something (${task}): ${lastResult}.`),
    );
  if (overdue.length === 0) return found;
  const tasks = overdue.map(({ task }) => task).join(', ');
  return [...found, warning('MAINTENANCE_OVERDUE', `Maintenance has not been done for a while: ${tasks}.`)];
}

const MAX_JOBS_NAMED = 5;

/** Usual while a deploy is under way, and a mistake when it stays. */
function judgeVersions({ rivals }: SystemState): Reason[] {
  const jobNames = [...new Set(rivals.map(({ jobName }) => jobName))];
  const found = jobNames
    .slice(0, MAX_JOBS_NAMED)
    .map((name) => warning('JOB_VERSIONS', describeRivals(rivals.filter(({ jobName }) => jobName === name))));
  const more = jobNames.length - found.length;
  return more > 0 ? [...found, warning('JOB_VERSIONS', `The same holds for ${count(more, 'more job')}.`)] : found;
}

function describeRivals(rivals: RivalVersion[]): string {
  const [newest, ...older] = [...rivals].sort(compareVersions);
  if (!newest) throw new Error('A job without a version has no rivals');
  const differences = new Set(older.flatMap((version) => listDifferences(newest.declaration, version.declaration)));
  const those = older.map((version) => `${version.declaration.algorithmVersion} in ${listed(version.processes)}`);
  return (
    `Several versions of job "${newest.jobName}" live: ${newest.declaration.algorithmVersion} in ${listed(newest.processes)}, ` +
    `which counts, and ${those.join(', and ')}. They differ in ${[...differences].join(', ')}.`
  );
}

/** Whether a runner takes runs from the queue, as far as is known. */
function isClaiming(runner: RunnerRow, facts: Pick<HealthFacts, 'limits'>, now: Date): boolean {
  return runner.kind !== 'CLI' && runner.status === 'ACTIVE' && !isSilent(runner, facts, now);
}

const isSilent = (runner: RunnerRow, { limits }: Pick<HealthFacts, 'limits'>, now: Date): boolean =>
  since(now, runner.lastHeartbeatAt) > SILENT_HEARTBEATS * limits.heartbeatMs;

const since = (now: Date, then: Date): number => now.getTime() - then.getTime();

const count = (number: number, noun: string): string =>
  number > queuedCap
    ? `more than ${queuedCap.toLocaleString('en')} ${noun}s`
    : `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;

const KINDS = { BUILT_IN: 'The built-in runner', WORKER: 'The runner', CLI: 'The command line' } as const;
const nameOf = ({ kind, host, pid }: RunnerRow): string => `${KINDS[kind]} on ${host} (process ${pid})`;

/** The first few runs. */
function names(runs: TroubledRow[]): string {
  const shown = runs.slice(0, 5).map(({ jobRunId, jobName }) => `#${jobRunId} ${jobName}`);
  return runs.length > shown.length ? `${shown.join(', ')} and ${runs.length - shown.length} more` : shown.join(', ');
}
