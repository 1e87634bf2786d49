import type { JobRunStep } from '@job-manager/shared/contract/message';
import type { ServerMessage } from '@job-manager/shared/live';
import type { ClientMessage } from '@job-manager/shared/live-client';

export type RunMessages = Extract<ServerMessage, { type: 'server.admin.run_messages' }>['data'];

/** A part of the page that follows one run. */
export interface RunFollower {
  /** The last message it has; it receives those after it. Without this it receives steps alone. */
  lastSeq?(): number;
  onMessages?(messages: RunMessages): void;
  onSteps?(steps: JobRunStep[] | null): void;
}

/** Makes the server send one run to a follower, until the returned function is called. */
export type Follow = (jobRunId: string, follower: RunFollower) => () => void;

export type RunnersMessage = Extract<ServerMessage, { type: `server.admin.runner${string}` }>;
export type RunnersFollower = (message: RunnersMessage) => void;
/** Makes the server send what changes of the runners, until the answered function is called. */
export type FollowRunners = (follower: RunnersFollower) => () => void;

const isOfRunners = (message: ServerMessage): message is RunnersMessage =>
  message.type.startsWith('server.admin.runner');

/** No message comes after it. */
const AFTER_ALL = 2_147_483_647;

/** Keeps the server informed which runs are followed, and hands on their messages and steps. */
export function createFollowedRuns(send: (message: ClientMessage) => void) {
  const followers = new Map<string, Set<RunFollower>>();
  const runnerFollowers = new Set<RunnersFollower>();

  /** One request per run and connection: the follower that has the fewest messages decides. */
  const sendFollow = (jobRunId: string) => {
    const wanting = [...(followers.get(jobRunId) ?? [])];
    const afterSeq = Math.min(AFTER_ALL, ...wanting.map(({ lastSeq }) => lastSeq?.() ?? AFTER_ALL));
    send({ type: 'client.admin.follow_run', jobRunId, afterSeq });
  };

  const follow: Follow = (jobRunId, follower) => {
    const others = followers.get(jobRunId) ?? new Set();
    followers.set(jobRunId, others.add(follower));
    sendFollow(jobRunId);
    return () => {
      if (!others.delete(follower)) return;
      if (others.size > 0) return sendFollow(jobRunId);
      followers.delete(jobRunId);
      send({ type: 'client.admin.unfollow_run', jobRunId });
    };
  };

  const followRunners: FollowRunners = (follower) => {
    runnerFollowers.add(follower);
    // Also beside others: the snapshot that it begins with is harmless to them.
    send({ type: 'client.admin.follow', topic: 'runners' });
    return () => {
      if (runnerFollowers.delete(follower) && runnerFollowers.size === 0)
        send({ type: 'client.admin.unfollow', topic: 'runners' });
    };
  };

  return {
    follow,
    followRunners,
    /** Takes every message of the server. A snapshot means that what was requested before may be lost. */
    receive(messages: readonly ServerMessage[]) {
      for (const message of messages) {
        const { type, data } = message;
        if (isOfRunners(message)) for (const receive of runnerFollowers) receive(message);
        if (type === 'server.admin.run_messages') {
          for (const follower of followers.get(data.jobRunId) ?? []) follower.onMessages?.(data);
        } else if (type === 'server.admin.run_steps') {
          for (const follower of followers.get(data.jobRunId) ?? []) follower.onSteps?.(data.steps);
        }
      }
      if (messages.some(({ type }) => type === 'server.admin.jobs_snapshot')) {
        for (const id of followers.keys()) sendFollow(id);
        if (runnerFollowers.size > 0) send({ type: 'client.admin.follow', topic: 'runners' });
      }
    },
  };
}

/** Whether a message is about a followed run or the runners, and changes nothing of the active set. */
export const isOfFollowed = (message: ServerMessage): boolean =>
  isOfRunners(message) || message.type === 'server.admin.run_messages' || message.type === 'server.admin.run_steps';
