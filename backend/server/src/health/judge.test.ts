import type { RunnerRow, SystemState, TroubledRow } from '@job-manager/engine/store/health';
import type { RivalVersion } from '@job-manager/engine/store/job-versions';
import { expect, it } from 'vitest';
import type { HealthFacts } from './facts.js';
import { judge } from './judge.js';

const NOW = new Date('2026-11-22T12:00:00Z');
const MINUTE = 60_000;
const ago = (ms: number) => new Date(NOW.getTime() - ms);

const RUNNER: RunnerRow = {
  id: '00000000-0000-4000-8000-000000000001',
  kind: 'WORKER',
  status: 'ACTIVE',
  host: 'here',
  pid: 7,
  version: '1',
  concurrency: 10,
  activeRuns: 0,
  startedAt: ago(60 * MINUTE),
  lastHeartbeatAt: ago(10_000),
  lastClaimAt: ago(10 * MINUTE),
  lastProgressAt: null,
  loopLagMs: 20,
};
const RUN: TroubledRow = {
  jobRunId: '12',
  jobName: 'trending',
  runnerId: RUNNER.id,
  startedAt: ago(40 * MINUTE),
  lastHeartbeatAt: ago(10_000),
  isStalled: false,
  sinceHeartbeatMs: 10_000,
  stallLimitMs: 5 * MINUTE,
  ranMs: 40 * MINUTE,
  slowAfterMs: 30 * MINUTE,
};
const STATE: SystemState = {
  now: NOW,
  runners: [RUNNER],
  backlog: { queued: 0, due: 0, oldestDueAt: null, oldestKnownDueAt: null },
  running: 0,
  runningExternal: 0,
  troubled: [],
  maintenance: [
    {
      task: 'remove old SUCCESS runs',
      lastFinishedAt: ago(MINUTE),
      lastResult: '',
      hasProblem: false,
      nextAt: ago(-MINUTE),
    },
  ],
  rivals: [],
  ended: { since: ago(75 * MINUTE), jobs: [] },
  pauses: [],
};
const WHOLE = { pending: [], unknown: [], missing: [] };
const WELL: HealthFacts = {
  isClosing: false,
  database: { latencyMs: 2, ...WHOLE },
  notifications: { isConnected: true, roundTripMs: 3 },
  state: STATE,
  duties: { isStandby: false, firesSchedules: true },
  limits: { heartbeatMs: 30_000, maintenanceMs: 5 * MINUTE, maxExternal: 50 },
};

const withState = (state: Partial<SystemState>): HealthFacts => ({ ...WELL, state: { ...STATE, ...state } });
const withRunners = (...runners: Partial<RunnerRow>[]) =>
  withState({ runners: runners.map((runner) => ({ ...RUNNER, ...runner })) });
const waiting = (ms: number, due = 2) => ({ queued: due, due, oldestDueAt: ago(ms), oldestKnownDueAt: ago(ms) });
const busy = { ...RUNNER, lastClaimAt: ago(1_000) };

it.each<[string, HealthFacts]>([
  ['nothing is the matter', WELL],
  ['runs have waited a moment', withState({ backlog: waiting(50_000), runners: [busy] })],
  [
    'a full runner claims nothing',
    withState({ backlog: waiting(4 * MINUTE), runners: [{ ...RUNNER, activeRuns: 10 }] }),
  ],
  ['a runner claims nothing because nothing waits', withRunners({ lastClaimAt: null })],
  ['runners were stopped by a deploy', withRunners({}, { status: 'STOPPED', lastHeartbeatAt: ago(MINUTE) })],
  ['a runner was lost long ago', withRunners({}, { status: 'LOST', lastHeartbeatAt: ago(60 * MINUTE) })],
  [
    'runs wait that no runner here has the code for',
    withState({ backlog: { ...waiting(4 * MINUTE), oldestKnownDueAt: null } }),
  ],
  ['external programs run below their limit', withState({ runningExternal: 44 })],
  ['no external program may run', { ...WELL, limits: { ...WELL.limits, maxExternal: 0 } }],
  [
    'maintenance is a little late',
    withState({ maintenance: [{ ...STATE.maintenance[0], nextAt: ago(4 * MINUTE) } as never] }),
  ],
])('is OK when %s', (_what, facts) => {
  expect(judge(facts)).toEqual({ verdict: 'OK', reasons: [] });
});

it.each<[string, HealthFacts, string, string]>([
  ['the server is being stopped', { ...WELL, isClosing: true }, 'CLOSING', 'being stopped'],
  [
    'the database does not answer',
    { ...WELL, database: { latencyMs: null, ...WHOLE }, state: null },
    'DATABASE_UNREACHABLE',
    'does not answer',
  ],
  [
    'the database answers very late',
    { ...WELL, database: { latencyMs: 2_100, ...WHOLE } },
    'DATABASE_SLOW',
    'takes 2.1 s to answer',
  ],
  [
    'migrations are missing',
    { ...WELL, database: { latencyMs: 2, ...WHOLE, pending: ['1_a'] }, state: null },
    'MIGRATIONS_MISSING',
    'lacks 1 migration: 1_a.',
  ],
  [
    'runs wait and there is no runner',
    withState({ runners: [], backlog: waiting(61_000) }),
    'NO_RUNNER',
    'No runner is alive, and 2 due runs wait, the oldest for 61 s',
  ],
  [
    'runs wait and the only runner is silent',
    withState({ runners: [{ ...RUNNER, lastHeartbeatAt: ago(2 * MINUTE) }], backlog: waiting(61_000) }),
    'NO_RUNNER',
    'No runner is alive',
  ],
  [
    'runs wait and only command lines run',
    withState({ runners: [{ ...RUNNER, kind: 'CLI' }], backlog: waiting(61_000) }),
    'NO_RUNNER',
    'No runner is alive',
  ],
  [
    'a run has waited for very long',
    withState({ runners: [busy], backlog: waiting(31 * MINUTE, 1) }),
    'BACKLOG_OLD',
    'The oldest of 1 due run has waited for 31 min',
  ],
])('is CRITICAL when %s', (_what, facts, code, words) => {
  const { verdict, reasons } = judge(facts);
  expect([verdict, reasons[0]?.severity, reasons[0]?.code]).toEqual(['CRITICAL', 'CRITICAL', code]);
  expect(reasons[0]?.message).toContain(words);
});

it('misses no notifications where a pooler keeps them away', () => {
  expect(judge({ ...WELL, notifications: { isOff: true, isConnected: false, roundTripMs: null } })).toEqual({
    verdict: 'OK',
    reasons: [],
  });
});

it.each<[string, HealthFacts, string, string]>([
  ['the database is slow', { ...WELL, database: { latencyMs: 300, ...WHOLE } }, 'DATABASE_SLOW', '300 ms'],
  [
    'there is no listener',
    { ...WELL, notifications: { isConnected: false, roundTripMs: null } },
    'NOTIFICATIONS_DOWN',
    'a second later',
  ],
  [
    'notifications get lost',
    { ...WELL, notifications: { isConnected: true, roundTripMs: null } },
    'NOTIFICATIONS_DOWN',
    'a second later',
  ],
  [
    'notifications are late',
    { ...WELL, notifications: { isConnected: true, roundTripMs: 1_500 } },
    'NOTIFICATIONS_SLOW',
    '1.5 s',
  ],
  [
    'no runner is there, and nothing waits',
    withState({ runners: [] }),
    'NO_RUNNER',
    'runs will wait until one is started',
  ],
  ['the only runner is being stopped', withRunners({ status: 'DRAINING' }), 'NO_RUNNER', 'runs will wait'],
  [
    'a run has waited for long',
    withState({ runners: [busy], backlog: waiting(6 * MINUTE) }),
    'BACKLOG_OLD',
    'waited for 6 min',
  ],
  [
    'a run is stalled',
    withState({ troubled: [{ ...RUN, isStalled: true }] }),
    'STALLED_RUNS',
    '1 run stalled, without a heartbeat for too long: #12 trending.',
  ],
  ['runs are slow', withState({ troubled: Array.from({ length: 7 }, () => RUN) }), 'SLOW_RUNS', 'and 2 more'],
  [
    'a runner was lost just now',
    withRunners({}, { status: 'LOST', lastHeartbeatAt: ago(6 * MINUTE) }),
    'RUNNER_LOST',
    'was lost 6 min ago',
  ],
  [
    'a runner has gone silent',
    withRunners({}, { lastHeartbeatAt: ago(2 * MINUTE) }),
    'RUNNER_SILENT',
    'had no heartbeat for 2 min',
  ],
  ['an event loop is blocked', withRunners({ loopLagMs: 4_000 }), 'LOOP_BLOCKED', 'event loop of the runner'],
  [
    'a runner is alive and does nothing',
    withState({ backlog: waiting(2 * MINUTE) }),
    'RUNNER_IDLE',
    'claimed nothing for 10 min',
  ],
  [
    'a runner never claimed anything',
    withState({ runners: [{ ...RUNNER, lastClaimAt: null }], backlog: waiting(2 * MINUTE) }),
    'RUNNER_IDLE',
    'claimed nothing for 60 min',
  ],
  ['external programs use up their limit', withState({ runningExternal: 45 }), 'EXTERNAL_LIMIT', '45 of at most 50'],
  [
    'maintenance is not done',
    withState({
      maintenance: [
        { task: 'sweep', lastFinishedAt: null, lastResult: null, hasProblem: false, nextAt: ago(6 * MINUTE) },
      ],
    }),
    'MAINTENANCE_OVERDUE',
    'sweep',
  ],
  [
    'a task found something',
    withState({
      maintenance: [
        {
          task: 'self-check',
          lastFinishedAt: ago(0),
          lastResult: 'Broken: "a rule" by 3',
          hasProblem: true,
          nextAt: ago(-1),
        },
      ],
    }),
    'MAINTENANCE_PROBLEM',
    'Broken: "a rule" by 3',
  ],
])('is a WARNING when %s', (_what, facts, code, words) => {
  const { verdict, reasons } = judge(facts);
  expect([verdict, ...reasons.map((reason) => reason.code)]).toEqual(['WARNING', code]);
  expect(reasons[0]?.message).toContain(words);
});

it('names every reason, the worst first', () => {
  const { verdict, reasons } = judge({
    ...withState({ troubled: [RUN], backlog: waiting(31 * MINUTE) }),
    isClosing: true,
  });
  expect(verdict).toBe('CRITICAL');
  expect(reasons.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
    'CRITICAL CLOSING',
    'CRITICAL BACKLOG_OLD',
    'WARNING SLOW_RUNS',
    'WARNING RUNNER_IDLE',
  ]);
});

it('reports that this server stands by, and counts nothing as late for that', () => {
  const late = [{ task: 'sweep', lastFinishedAt: null, lastResult: null, hasProblem: false, nextAt: ago(60 * MINUTE) }];
  const facts = withState({ runners: [], backlog: waiting(60 * MINUTE), maintenance: late });
  const standby = { ...facts, duties: { isStandby: true, firesSchedules: true } };
  expect(judge(standby).reasons.map(({ code, message }) => [code, message])).toEqual([
    ['STANDBY', expect.stringContaining('JOBS_STANDBY=on')],
  ]);
  const unscheduled = { ...WELL, duties: { isStandby: false, firesSchedules: false } };
  expect(judge(unscheduled).reasons.map(({ code }) => code)).toEqual(['SCHEDULER_OFF']);
});

it('names the versions of a job that live together, what differs and where', () => {
  const rival = (algorithmVersion: string, maxAttempts: number, ...processes: string[]): RivalVersion => ({
    jobName: 'invoice',
    version: algorithmVersion,
    firstSeenAt: NOW,
    processes,
    declaration: {
      algorithmVersion,
      maxAttempts,
      channel: 'default',
      priority: 0,
      maxCrashes: 3,
      timeoutMs: null,
      parameters: algorithmVersion,
      schedules: [],
    },
  });
  const rivals = [rival('9', 3, 'a (process 1)', 'b (process 2)'), rival('10', 5, 'c (process 3)')];
  expect(judge(withState({ rivals })).reasons).toEqual([
    {
      severity: 'WARNING',
      code: 'JOB_VERSIONS',
      message:
        'Several versions of job "invoice" live: 10 in c (process 3), which counts, and 9 in a (process 1), b (process 2). They differ in algorithmVersion, parameters, maxAttempts.',
    },
  ]);
  const many = Array.from({ length: 7 }, (_, n) => rivals.map((one) => ({ ...one, jobName: `job-${n}` }))).flat();
  expect(
    judge(withState({ rivals: many }))
      .reasons.map(({ message }) => message)
      .at(-1),
  ).toBe('The same holds for 2 more jobs.');
});

it.each([
  [60, 305, true],
  [5, 25, true],
  [4, 4, false],
  [19, 100, false],
])('FAILURE_RATE: %i of %i runs failed', (failed, runs, isReason) => {
  const jobs = [
    { jobName: 'match-scores', runs: failed + 1, failed },
    { jobName: 'trending', runs: runs - failed - 1, failed: 0 },
  ].filter((job) => job.runs > 0);
  const { reasons } = judge(withState({ ended: { since: ago(75.3 * MINUTE), jobs } }));
  const percent = Math.round((100 * failed) / runs);
  const message = `${failed} of ${runs} runs (${percent} %) in the last 75 min failed: ${failed} of match-scores.`;
  if (isReason) expect(reasons).toEqual([{ severity: 'WARNING', code: 'FAILURE_RATE', message }]);
  else if (failed < 5) expect(reasons).toEqual([]);
  // Too few of all, and most of this job.
  else
    expect(reasons.map((reason) => reason.message)).toEqual([
      '19 of 20 runs (95 %) of job match-scores in the last 75 min failed.',
    ]);
});

it('CHANNEL_PAUSED: a pause that runs have waited behind for a quarter of an hour', () => {
  const pause = {
    kind: 'channel' as const,
    name: 'mail',
    pausedBy: 'ada@example.com',
    pauseReason: 'the relay is down',
    due: 14,
  };
  const paused = (waitingMs: number) => judge(withState({ pauses: [{ ...pause, pausedMs: 20 * MINUTE, waitingMs }] }));
  expect(paused(14 * MINUTE).reasons).toEqual([]);
  expect(paused(15 * MINUTE).reasons).toEqual([
    {
      severity: 'WARNING',
      code: 'CHANNEL_PAUSED',
      message:
        'Channel mail has been paused for 20 min by ada@example.com ("the relay is down"), and 14 due runs wait in it: resume it when it may go on.',
    },
  ]);
  const job = {
    ...pause,
    kind: 'job' as const,
    name: 'trending',
    due: 1,
    pausedMs: 20 * MINUTE,
    waitingMs: 16 * MINUTE,
  };
  expect(judge(withState({ pauses: [job] })).reasons).toMatchObject([
    {
      code: 'JOB_PAUSED',
      message: expect.stringMatching(/^Job trending has been paused .* and 1 due run waits for that:/),
    },
  ]);
});
