import type { JobRunStep } from '@job-manager/shared/contract/message';
import type { ClientMessage, ServerMessage } from '@job-manager/shared/live';

export type RunMessages = Extract<ServerMessage, { type: 'server.admin.run_messages' }>['data'];

/** Somebody who wants to hear what one run says. */
export interface RunFollower {
  /** The last message it has; it is told those after it. Without this it is told of steps alone. */
  lastSeq?(): number;
  onMessages?(told: RunMessages): void;
  onSteps?(steps: JobRunStep[] | null): void;
}

/** Makes the server tell a follower of one run, until the answered function is called. */
export type Follow = (jobRunId: string, follower: RunFollower) => () => void;

/** No message comes after it. */
const AFTER_ALL = 2_147_483_647;

/** Keeps the server told which runs are looked at, and hands their messages and steps to whoever looks. */
export function createFollowedRuns(send: (message: ClientMessage) => void) {
  const followers = new Map<string, Set<RunFollower>>();

  /** One wish per run and connection: the follower that has the fewest messages decides. */
  const ask = (jobRunId: string) => {
    const wanting = [...(followers.get(jobRunId) ?? [])];
    const afterSeq = Math.min(AFTER_ALL, ...wanting.map(({ lastSeq }) => lastSeq?.() ?? AFTER_ALL));
    send({ type: 'client.admin.follow_run', jobRunId, afterSeq });
  };

  const follow: Follow = (jobRunId, follower) => {
    const others = followers.get(jobRunId) ?? new Set();
    followers.set(jobRunId, others.add(follower));
    ask(jobRunId);
    return () => {
      if (!others.delete(follower)) return;
      if (others.size > 0) return ask(jobRunId);
      followers.delete(jobRunId);
      send({ type: 'client.admin.unfollow_run', jobRunId });
    };
  };

  return {
    follow,
    /** To be told everything that the server says. A snapshot means that what was asked before may be forgotten. */
    hear(messages: readonly ServerMessage[]) {
      for (const { type, data } of messages) {
        if (type === 'server.admin.run_messages') {
          for (const follower of followers.get(data.jobRunId) ?? []) follower.onMessages?.(data);
        } else if (type === 'server.admin.run_steps') {
          for (const follower of followers.get(data.jobRunId) ?? []) follower.onSteps?.(data.steps);
        }
      }
      if (messages.some(({ type }) => type === 'server.admin.jobs_snapshot'))
        for (const id of followers.keys()) ask(id);
    },
  };
}

/** Whether a message is about one followed run, and changes nothing of the active set. */
export const isOfFollowedRun = ({ type }: ServerMessage): boolean =>
  type === 'server.admin.run_messages' || type === 'server.admin.run_steps';
