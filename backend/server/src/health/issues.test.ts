import { expect, it } from 'vitest';
import { findIssues, type IssueFacts } from './issues.js';

const NOW = new Date('2026-11-30T12:00:00Z');
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);
const none: IssueFacts = {
  now: NOW,
  ...{ reasons: [], causes: [], shares: [], pauses: [], channels: [], schedules: [], ignoredCancels: [] },
  ...{ incidents: [], destinations: [] },
};
/** Of rows with more columns than issues read. */
const find = (facts: { [Name in keyof IssueFacts]?: readonly object[] }) =>
  findIssues({ ...none, ...facts } as IssueFacts);
const messages = (...of: Parameters<typeof find>) =>
  find(...of).map(({ severity, message }) => `${severity}: ${message}`);

const cause = (jobName: string, runs: number, part: object = {}) => ({
  ...{ jobName, runs, fingerprint: `${jobName}-1`, cause: 'No user #', firstSeenAt: ago(7_000) },
  ...{ cameBackAt: null, ...part },
});
const share = (jobName: string, failed: number, ended: number, usualRate: number | null = 0.01) => ({
  ...{ jobName, failed, ended, usualRate },
});

it('names a job that fails more than it uses to, with its cause, and no other', () => {
  const causes = ['few', 'rare', 'usual', 'always', 'new', 'often'].map((jobName) => cause(jobName, 9));
  const shares = [
    ...[share('few', 4, 4), share('rare', 9, 50), share('usual', 40, 100, 0.3)],
    ...[share('always', 9, 9, 0.9), share('new', 9, 9, null), share('often', 30, 100, 0.1)],
  ];
  expect(find({ causes, shares }).map(({ key }) => key)).toEqual(['failing always', 'failing new', 'failing often']);
  expect(find({ causes, shares })[0]).toMatchObject({
    severity: 'critical',
    message: 'always fails: 9 of 9 runs within an hour: “No user #”',
    runs: 9,
    subject: { kind: 'failures', jobName: 'always', fingerprint: 'always-1' },
  });
  const two = [cause('new', 5), cause('new', 4, { fingerprint: 'new-2' })];
  expect(find({ causes: two, shares })[0]?.subject).toMatchObject({ jobName: 'new', fingerprint: null });
});

it('reports a pause, a failing job and a new error once each', () => {
  const reasons = ['CHANNEL_PAUSED', 'JOB_PAUSED', 'FAILURE_RATE', 'LOOP_BLOCKED'].map((code) => ({
    ...{ severity: 'WARNING', code, message: code },
  }));
  const pause = { pausedBy: 'ada@example.com', pauseReason: 'Down', pausedMs: 1_200_000, due: 14 };
  const pauses = [
    { ...pause, kind: 'channel', name: 'mail', waitingMs: 1_000_000 },
    { ...pause, kind: 'channel', name: 'sms', waitingMs: 60_000 },
    { ...pause, kind: 'job', name: 'trending', waitingMs: 60_000, pauseReason: null },
  ];
  const fresh = { firstSeenAt: ago(20) };
  const causes = [cause('echo', 9, fresh), cause('nap', 3, fresh), cause('yawn', 2, fresh), cause('old', 50)];
  expect(messages({ reasons, pauses, causes, shares: [share('echo', 9, 9)] })).toEqual([
    'critical: echo fails: 9 of 9 runs within an hour: “No user #”',
    'critical: Channel mail is paused by ada@example.com, with 14 waiting: “Down”',
    'critical: Job trending is paused by ada@example.com, with 14 waiting',
    'warning: LOOP_BLOCKED',
    'warning: nap has an error that is new, in 3 runs: “No user #”',
  ]);
  expect(messages({ reasons: reasons.slice(2) })).toEqual(['warning: FAILURE_RATE', 'warning: LOOP_BLOCKED']);
});

it('names late channels, schedules that do not run and cancels that are ignored', () => {
  const channel = { pausedAt: null, targetWaitMs: null, due: 3 };
  const channels = [
    { ...channel, name: 'late', oldestDueAt: ago(6) },
    { ...channel, name: 'in-time', oldestDueAt: ago(4) },
    { ...channel, name: 'strict', oldestDueAt: ago(4), targetWaitMs: 10_000 },
    { ...channel, name: 'paused', oldestDueAt: ago(60), pausedAt: ago(60) },
  ];
  const schedule = { pausedAt: null, problem: null, outcomes: [{ dueAt: ago(60).toISOString() }] };
  const skip = (minutes: number, dueTimes: number, reason = 'OVERLAP') => ({
    ...{ firstDueAt: ago(minutes + 5).toISOString(), lastDueAt: ago(minutes).toISOString(), dueTimes, reason },
  });
  const schedules = [
    { ...schedule, id: 'a', name: 'broken', skips: [], problem: 'No process has its job.' },
    { ...schedule, id: 'b', name: 'skipping', skips: [skip(5, 1), skip(20, 2)] },
    { ...schedule, id: 'c', name: 'ran-since', skips: [skip(70, 9)] },
    { ...schedule, id: 'd', name: 'was-paused', skips: [skip(5, 9, 'PAUSED')] },
  ];
  const ignoredCancels = [{ jobRunId: '7', jobName: 'echo', cancelRequestedAt: ago(5), requestedBy: null }];
  expect(
    find({ channels, schedules, ignoredCancels }).map(({ message, since }) => `${message} since ${since}`),
  ).toEqual([
    `Channel late is late: its oldest run waits for 6 min, 5 min at most is the target since ${ago(1).toISOString()}`,
    `Channel strict is late: its oldest run waits for 4 min, 10 s at most is the target since ${ago(4 - 1 / 6).toISOString()}`,
    'Schedule broken: No process has its job. since null',
    `Schedule skipping: its last 3 due times had no run since ${ago(25).toISOString()}`,
    `echo #7 goes on, though it was cancelled since ${ago(5).toISOString()}`,
  ]);
});

it('names errors that came back after they were resolved, and destinations that fail', () => {
  const causes = [cause('echo', 1, { cameBackAt: ago(3) }), cause('nap', 1, { cameBackAt: null })];
  const destinations = [{ id: 'd', name: 'Team chat', detail: '404 Not Found', since: ago(50) }];
  expect(find({ causes, destinations }).map(({ message, since }) => `${message} since ${since}`)).toEqual([
    `echo fails again of what was resolved, in 1 run: “No user #” since ${ago(3).toISOString()}`,
    `The last 3 messages to Team chat could not be delivered: “404 Not Found” since ${ago(50).toISOString()}`,
  ]);
});

it('lists an incident with the issue that it is about, and by itself where there is none', () => {
  const incident = (id: string, kind: string, part: object) => ({
    ...{ id, kind, severity: 'WARNING', title: `Incident ${id}`, cause: 'So it is', openedAt: ago(9), count: 4 },
    ...{ subject: '', jobName: null, channel: null, fingerprint: null, mutedUntil: null, mutedBy: null, ...part },
  });
  const reasons = ['NO_RUNNER', 'LOOP_BLOCKED', 'LOOP_BLOCKED'].map((code) => ({
    ...{ severity: 'WARNING', code, message: code },
  }));
  const channels = [{ name: 'mail', pausedAt: null, targetWaitMs: null, due: 3, oldestDueAt: ago(6) }];
  const incidents = [
    incident('1', 'failureRate', { jobName: 'echo' }),
    incident('2', 'channelLate', { channel: 'mail', severity: 'CRITICAL' }),
    incident('3', 'noRunner', {}),
    incident('4', 'health', { subject: 'LOOP_BLOCKED' }),
    incident('5', 'slowRuns', { jobName: 'nap' }),
    incident('6', 'slowRuns', { jobName: 'yawn', mutedUntil: ago(-60) }),
    incident('7', 'failureRate', { jobName: 'ech' }),
  ];
  const facts = { causes: [cause('echo', 9)], shares: [share('echo', 9, 9)], reasons, channels, incidents };
  expect(find(facts).map(({ key, severity, incidentId }) => `${severity} ${key}: ${incidentId}`)).toEqual([
    'critical failing echo: 1',
    'critical late mail: 2',
    'warning health NO_RUNNER: 3',
    'warning health LOOP_BLOCKED: 4',
    'warning health LOOP_BLOCKED 2: 4',
    'warning incident 5: 5',
    'warning incident 7: 7',
  ]);
  expect(find({ incidents: incidents.slice(4, 5) })).toMatchObject([
    { message: 'Incident 5: So it is', since: ago(9).toISOString(), runs: 4, subject: { kind: 'incident' } },
  ]);
});
