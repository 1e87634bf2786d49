import { blankRun, type JobRun } from '@job-manager/shared/contract/run';
import type { RunPatch, ServerMessage } from '@job-manager/shared/live';
import { expect, test } from 'vitest';
import { ago, aRun } from '../../testing/a-run';
import { applyMessages, inDisplayOrder, noRuns } from './active-runs';

const snapshot = (seq: number, runs: JobRun[]): ServerMessage => ({
  type: 'server.admin.jobs_snapshot',
  seq,
  data: { runs, counts: { running: runs.length, queued: 0 }, serverTime: ago(0) },
});
const started = (seq: number, run: JobRun): ServerMessage => ({
  type: 'server.admin.job_started',
  seq,
  data: { jobRunId: run.id, run },
});
const completed = (seq: number, run: JobRun): ServerMessage => ({
  type: 'server.admin.job_completed',
  seq,
  data: { jobRunId: run.id, run },
});
const progress = (seq: number, run: JobRun, progressPercent: number): ServerMessage => ({
  type: 'server.admin.job_progress',
  seq,
  data: { jobRunId: run.id, run, progressPercent, message: 'on it' },
});
const hidden = (seq: number, run: JobRun): ServerMessage => ({
  type: 'server.admin.job_hidden',
  seq,
  data: { jobRunId: run.id },
});
const idsAfter = (messages: ServerMessage[], before = noRuns) => [...applyMessages(before, messages).next.runs.keys()];

test('a snapshot replaces everything: no ghost stays', () => {
  const [old, kept, fresh] = [aRun.running(), aRun.running(), aRun.running()];
  const before = applyMessages(noRuns, [snapshot(0, [old, kept])]).next;
  const change = applyMessages(before, [snapshot(0, [kept, fresh])]);
  expect([...change.next.runs.keys()]).toEqual([kept.id, fresh.id]);
  expect(change.vanished).toEqual([old.id]);
});

test('a run sent twice is listed once', () => {
  const run = aRun.running();
  expect(idsAfter([snapshot(0, [run]), started(1, run), started(2, { ...run, rev: 2 })])).toEqual([run.id]);
});

test('the higher rev wins, whatever order they come in', () => {
  const run = aRun.running();
  const newer = { ...run, rev: 5, progressMessage: 'newer' };
  const { next } = applyMessages(noRuns, [snapshot(0, [newer]), started(1, { ...run, rev: 4 })]);
  expect(next.runs.get(run.id)?.progressMessage).toBe('newer');
});

test('an older snapshot does not undo newer changes', () => {
  const run = aRun.running({ rev: 4 });
  const before = applyMessages(noRuns, [snapshot(0, [{ ...run, rev: 5, progressMessage: 'newer' }])]).next;
  expect(applyMessages(before, [snapshot(0, [run])]).next.runs.get(run.id)?.progressMessage).toBe('newer');
});

test('progress moves a run on though its row has not been written', () => {
  const run = aRun.running({ progressPercent: 10 });
  const { next } = applyMessages(noRuns, [snapshot(0, [run]), progress(1, run, 42)]);
  expect(next.runs.get(run.id)).toMatchObject({ progressPercent: 42, progressMessage: 'on it' });
});

test('a missing number requests a snapshot, which closes the gap', () => {
  const run = aRun.running();
  const gap = applyMessages(noRuns, [snapshot(0, []), started(2, run)]);
  expect(gap.hasGap).toBe(true);
  expect(applyMessages(gap.next, [snapshot(3, [run]), started(4, run)]).hasGap).toBe(false);
});

test('a repeated number changes nothing', () => {
  const run = aRun.running();
  const before = applyMessages(noRuns, [snapshot(0, [run]), completed(1, aRun.success({ id: run.id }))]).next;
  const change = applyMessages(before, [started(1, run)]);
  expect(change.next.runs.size).toBe(0);
  expect(change.hasGap).toBe(false);
});

test('nothing counts before the first snapshot', () => {
  const change = applyMessages(noRuns, [started(3, aRun.running())]);
  expect(change.next.runs.size).toBe(0);
  expect(change.next.seq).toBeNull();
  expect(change.hasGap).toBe(true);
});

test('the end of a run is reported once, and a late message does not bring it back', () => {
  const run = aRun.running();
  const ended = { ...aRun.success({ id: run.id }), rev: 7 };
  const first = applyMessages(noRuns, [snapshot(0, [run]), completed(1, ended)]);
  expect(first.completed).toEqual([ended]);
  const second = applyMessages(first.next, [completed(2, ended), started(3, run), snapshot(4, [run])]);
  expect(second.completed).toEqual([]);
  expect(second.next.runs.size).toBe(0);
});

test('the end of a run that was never seen is reported all the same', () => {
  const ended = aRun.failed();
  expect(applyMessages(noRuns, [snapshot(0, []), completed(1, ended)]).completed).toEqual([ended]);
});

test('a retried run goes back to the queue', () => {
  const run = aRun.running();
  const queued = aRun.queued({ id: run.id, rev: 2, attempt: 1 });
  const { next } = applyMessages(noRuns, [
    snapshot(0, [run]),
    { type: 'server.admin.job_queued', seq: 1, data: { jobRunId: run.id, run: queued } },
  ]);
  expect(next.runs.get(run.id)?.status).toBe('QUEUED');
});

test('a run pushed out of the shown part of the queue goes without having ended', () => {
  const run = aRun.queued();
  const change = applyMessages(applyMessages(noRuns, [snapshot(0, [run])]).next, [hidden(1, run)]);
  expect(change).toMatchObject({ completed: [], vanished: [] });
  expect(change.next.runs.size).toBe(0);
});

const changed = (seq: number, runs: RunPatch[], gone: JobRun[] = []): ServerMessage => ({
  type: 'server.admin.jobs_changed',
  seq,
  data: { runs, hidden: gone.map(({ id }) => id) },
});

test('many changes come together, each as its differing fields', () => {
  const [going, ending, pushedOut] = [aRun.queued(), aRun.running(), aRun.queued()];
  const { id, jobName, status, trigger, attempt, maxAttempts, runAt, queuedAt, claimNo } = aRun.queued();
  const fresh = { id, jobName, status, trigger, attempt, maxAttempts, runAt, queuedAt, claimNo, rev: 0 };
  const parts: RunPatch[] = [
    { id: going.id, status: 'RUNNING', rev: going.rev + 1 },
    { id: ending.id, status: 'FAILED', error: 'no luck', rev: ending.rev + 1 },
    fresh,
  ];
  const change = applyMessages(noRuns, [snapshot(5, [going, ending, pushedOut]), changed(6, parts, [pushedOut])]);
  expect(change).toMatchObject({ hasGap: false, vanished: [], completed: [{ ...ending, ...parts[1] }] });
  expect([...change.next.runs.values()]).toEqual([
    { ...going, ...parts[0] },
    { ...blankRun, ...fresh },
  ]);
});

test('many changes bring the counts where these changed as well', () => {
  const { next } = applyMessages(noRuns, [snapshot(0, []), changed(1, [])]);
  expect(next.counts).toEqual(applyMessages(noRuns, [snapshot(0, [])]).next.counts);
  const counts = { running: 700, queued: 10_000 };
  const data = { runs: [], hidden: [], counts, serverTime: ago(0) };
  expect(applyMessages(next, [{ type: 'server.admin.jobs_changed', seq: 2, data }]).next.counts).toEqual(counts);
});

test('a part of a run that was never sent requests a snapshot', () => {
  const change = applyMessages(noRuns, [snapshot(0, []), changed(1, [{ id: '7', status: 'RUNNING', rev: 3 }])]);
  expect(change).toMatchObject({ hasGap: true });
});

test('running runs come first, the longest running on top, then the queue in claim order', () => {
  const late = aRun.running({ startedAt: ago(10) });
  const early = aRun.running({ startedAt: ago(20) });
  const urgent = aRun.queued({ priority: -5, runAt: ago(1) });
  const [first, second] = [aRun.queued({ runAt: ago(30) }), aRun.queued({ runAt: ago(30) })];
  const runs = [second, late, first, urgent, early];
  expect(inDisplayOrder(runs)).toEqual([early, late, urgent, first, second]);
});

test('ids of different length are ordered as numbers', () => {
  const runAt = ago(5);
  const [nine, ten] = [aRun.queued({ id: '9', runAt }), aRun.queued({ id: '10', runAt })];
  expect(inDisplayOrder([ten, nine])).toEqual([nine, ten]);
});
