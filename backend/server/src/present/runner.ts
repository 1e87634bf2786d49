import type { RunnerDefaultsRow } from '@job-manager/engine/store/runner-defaults';
import type { CommandRow, EventRow, GoneRunnerRow, RunnerDetailRow } from '@job-manager/engine/store/runner-list';
import type {
  GoneRunner,
  RunnerCommand,
  RunnerDefaults,
  RunnerDetails,
  RunnerEvent,
} from '@job-manager/shared/contract/runners';

export function presentRunner(row: RunnerDetailRow): RunnerDetails {
  return {
    ...row,
    name: `${row.host}:${row.pid}`,
    startedAt: row.startedAt.toISOString(),
    stoppedAt: row.stoppedAt?.toISOString() ?? null,
    lastHeartbeatAt: row.lastHeartbeatAt.toISOString(),
    lastClaimAt: row.lastClaimAt?.toISOString() ?? null,
    lastProgressAt: row.lastProgressAt?.toISOString() ?? null,
    command: row.command && presentCommand(row.command),
  };
}

export function presentCommand(row: CommandRow): RunnerCommand {
  const { id, runnerId, runnerName, kind, payload, groupId, state, createdBy, successorId } = row;
  return {
    ...{ id, runnerId, runnerName, kind, change: payload, groupId, state, createdBy, successorId },
    reason: reasonOf(row),
    createdAt: row.createdAt.toISOString(),
    acceptedAt: row.seenAt?.toISOString() ?? null,
    doneAt: row.doneAt?.toISOString() ?? null,
  };
}

function reasonOf({ state, error, kind, runnerStatus, seenAt }: CommandRow): string | null {
  if (state !== 'failed' && state !== 'notDelivered') return null;
  if (error !== null) return error;
  if (seenAt !== null) {
    return kind === 'RESTART' ? 'It ended, and no other came in its place.' : 'The runner ended before it had obeyed.';
  }
  if (runnerStatus === null) return 'The runner was removed.';
  if (runnerStatus === 'STOPPED') return 'The runner has stopped.';
  if (runnerStatus === 'LOST') return 'The runner is lost.';
  return 'The runner did not take it in time: a job blocks its event loop, or it cannot reach the database.';
}

export const presentEvent = (row: EventRow): RunnerEvent => ({
  ...row,
  severity: row.severity as RunnerEvent['severity'],
  at: row.at.toISOString(),
});

export const presentRunnerDefaults = ({ updatedAt, ...row }: RunnerDefaultsRow): RunnerDefaults => ({
  ...row,
  updatedAt: updatedAt?.toISOString() ?? null,
});

export const presentGoneRunner = ({ id, lastHeartbeatAt, ...row }: GoneRunnerRow): GoneRunner => ({
  ...row,
  runnerId: id,
  status: row.status as GoneRunner['status'],
  lastHeartbeatAt: lastHeartbeatAt.toISOString(),
});
