import type { ServerMessage } from '@job-manager/shared/live';
import type { ClientMessage } from '@job-manager/shared/live-client';
import { expect, test, vi } from 'vitest';
import { ago, aMessage, aStep } from '../../testing/a-run';
import { createFollowedRuns } from './followed-runs';

function followed() {
  const sent: ClientMessage[] = [];
  return { sent, ...createFollowedRuns((message) => sent.push(message)) };
}
const followMessage = (jobRunId: string, afterSeq: number) => ({ type: 'client.admin.follow_run', jobRunId, afterSeq });
const snapshot: ServerMessage = {
  type: 'server.admin.jobs_snapshot',
  seq: 0,
  data: { runs: [], counts: { running: 0, queued: 0 }, serverTime: ago(0) },
};
const runMessages = (jobRunId: string, seq: number): ServerMessage => ({
  type: 'server.admin.run_messages',
  seq: 1,
  data: { jobRunId, messages: [aMessage({ seq })], messageCount: seq, droppedMessages: 0 },
});

test('requests what comes after the last message that is here, and no more once no follower is left', () => {
  const { sent, follow } = followed();
  const stop = follow('7', { lastSeq: () => 40 });
  expect(sent).toEqual([followMessage('7', 40)]);
  stop();
  stop();
  expect(sent.slice(1)).toEqual([{ type: 'client.admin.unfollow_run', jobRunId: '7' }]);
});

test('requests no messages where only the steps are wanted', () => {
  const { sent, follow } = followed();
  const onSteps = vi.fn();
  follow('7', { onSteps });
  expect(sent).toEqual([followMessage('7', 2_147_483_647)]);
});

test('two followers of one run are one request, made for the one that has less', () => {
  const { sent, follow } = followed();
  follow('7', { onSteps: () => {} });
  const stop = follow('7', { lastSeq: () => 3 });
  expect(sent.at(-1)).toEqual(followMessage('7', 3));
  stop();
  expect(sent.at(-1)).toEqual(followMessage('7', 2_147_483_647));
});

test('notifies each run’s followers alone', () => {
  const { follow, receive } = followed();
  const [onMessages, onSteps, other] = [vi.fn(), vi.fn(), vi.fn()];
  follow('7', { onMessages, onSteps });
  follow('8', { onMessages: other, onSteps: other });
  receive([runMessages('7', 1), { type: 'server.admin.run_steps', seq: 2, data: { jobRunId: '7', steps: [aStep()] } }]);
  expect(onMessages).toHaveBeenCalledWith(runMessages('7', 1).data);
  expect(onSteps).toHaveBeenCalledWith([aStep()]);
  expect(other).not.toHaveBeenCalled();
});

test('requests again after a snapshot, from what has arrived meanwhile', () => {
  const { sent, follow, receive } = followed();
  let last = 3;
  follow('7', { lastSeq: () => last });
  last = 9;
  receive([snapshot]);
  expect(sent.at(-1)).toEqual(followMessage('7', 9));
});
