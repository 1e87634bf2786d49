import type { RunnerCommand } from '@job-manager/shared/contract/runners';
import type { RunnerCommandKind } from '@job-manager/shared/runner';

/** What each command is called on a button. */
export const commandLabels = {
  DRAIN: 'Drain',
  RESUME: 'Resume',
  STOP: 'Stop',
  RESTART: 'Restart',
  SET: 'Set',
  PING: 'Ping',
} as const satisfies Record<RunnerCommandKind, string>;

const done: Record<RunnerCommandKind, string> = {
  DRAIN: 'drained',
  RESUME: 'resumed',
  STOP: 'stopped',
  RESTART: 'restarted',
  SET: 'set',
  PING: 'answered',
};

/** How far a command is, after its name: `accepted`, `drained`, `not delivered: The runner is lost.` */
export function describeState(command: RunnerCommand): string {
  switch (command.state) {
    case 'waiting':
      return 'waits for the runner before';
    case 'sent':
      return 'sent';
    case 'accepted':
      return 'accepted';
    case 'failed':
      return `failed: ${command.reason ?? ''}`;
    case 'notDelivered':
      return `not delivered: ${command.reason ?? 'a runner before it did not obey.'}`;
    case 'done':
      return command.kind === 'PING' ? `answered in ${tookMs(command)} ms` : done[command.kind];
  }
}

const tookMs = ({ createdAt, doneAt }: RunnerCommand): number =>
  Math.max(0, Date.parse(doneAt ?? createdAt) - Date.parse(createdAt));
