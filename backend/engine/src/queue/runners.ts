import type { Actor } from '@job-manager/client/actor';
import type { RunnerChange, RunnerCommandKind } from '@job-manager/shared/runner';
import type { Notifier } from '../store/notifier.js';
import { type RunnerDefaultsRow, readRunnerDefaults } from '../store/runner-defaults.js';
import {
  type BeatRow,
  type CommandRow,
  type EventRow,
  type GoneRunnerRow,
  listBeats,
  listCommands,
  listEvents,
  listGoneRunners,
  listRunners,
  type RunnerDetailRow,
} from '../store/runner-list.js';
import { type LogLevel, type LogLineRow, listLogLines } from '../store/runner-log.js';
import { type RunsOfRunner, readRunsOfRunner } from '../store/runner-runs.js';
import type { Sql } from '../store/sql.js';
import { QueueError } from './errors.js';
import { inBatches } from './transitions/in-batches.js';
import { countRunsOf, MAX_RECOVERED, recoverRunsOf } from './transitions/recover.js';
import {
  type CommandRequest,
  noteRunnerStart,
  removeGoneRunner,
  type SentCommand,
  sendCommands,
  setRunnerDefaults,
} from './transitions/runners.js';

/** A runner that can't have a command, and why. */
export interface RefusedRunner {
  runnerId: string;
  reason: string;
}

/** Reads runners and sends them commands. */
export interface Runners {
  /** The active runners, and those lost or stopped in the last 24 hours. */
  list(): Promise<RunnerDetailRow[]>;
  get(runnerId: string): Promise<RunnerDetailRow>;
  /** Writes commands and has them delivered. Throws QueueError where none of the runners can have it. */
  command(request: CommandRequest, actor: Actor): Promise<{ groupId: string; sent: number; refused: RefusedRunner[] }>;
  /** The settings that runners apply when they start. */
  defaults(): Promise<RunnerDefaultsRow>;
  /** Replaces it; null for nothing. Throws QueueError for a change that names nothing. */
  setDefaults(change: RunnerChange | null, actor: Actor): Promise<RunnerDefaultsRow>;
  /** Those that are lost or have stopped. */
  gone(): Promise<GoneRunnerRow[]>;
  /** Recovers the runs of lost or stopped runners, and removes their rows. */
  cleanUp(runnerIds: string[], actor: Actor): Promise<{ removed: number; recovered: number; left: RefusedRunner[] }>;
  /** Writes down that a person had the server on `host` start a runner. */
  noteStart(host: string, actor: Actor): Promise<void>;
  commands(which: { runnerId?: string; groupId?: string }): Promise<CommandRow[]>;
  events(which: Parameters<typeof listEvents>[1]): Promise<EventRow[]>;
  /** The runs that ended last there. */
  runs(runnerId: string): Promise<RunsOfRunner>;
  /** What a runner has logged, the newest lines; `isFollowed` has it keep everything for a while. */
  log(which: { runnerId: string; level: LogLevel; limit: number; isFollowed: boolean }): Promise<LogLineRow[]>;
  beats(runnerId: string, hours: number, stepS: number): Promise<BeatRow[]>;
}

export interface RunnersOptions {
  sql: Sql;
  notifier: Pick<Notifier, 'commanded' | 'logFollowed' | 'queued' | 'revoked'>;
}

/** Creates the interface to runners. */
export function createRunners({ sql, notifier }: RunnersOptions): Runners {
  return {
    list: () => listRunners(sql),

    get: async (runnerId) => {
      const [runner] = await listRunners(sql, runnerId);
      if (!runner)
        throw new QueueError(
          'NOT_FOUND',
          `There is no runner ${runnerId}; rows of ended ones are removed after 7 days.`,
        );
      return runner;
    },

    command: async (request, actor) => {
      const runnerIds = [...new Set(request.runnerIds)];
      checkChange(request.kind, request.change);
      const { groupId, runners } = await sendCommands(sql, { ...request, runnerIds }, actor);
      const sent = runners.filter(({ commandId }) => commandId !== null);
      const refused = runners
        .filter(({ commandId }) => commandId === null)
        .map((runner) => ({ runnerId: runner.runnerId, reason: whyNot(request.kind, runner) }));
      if (sent.length === 0) throw new QueueError('NOT_ALLOWED', refused[0]?.reason ?? 'No runner was named.');
      notifier.commanded(sent.map(({ runnerId }) => runnerId));
      return { groupId, sent: sent.length, refused };
    },

    defaults: () => readRunnerDefaults(sql),

    setDefaults: async (change, actor) => {
      if (change !== null && Object.keys(change).length === 0)
        throw new QueueError('INVALID_INPUT', 'The default names nothing to set; remove it instead.');
      await setRunnerDefaults(sql, change, actor);
      return readRunnerDefaults(sql);
    },

    gone: () => listGoneRunners(sql),
    cleanUp: (runnerIds, actor) => cleanUp({ sql, notifier }, [...new Set(runnerIds)], actor),
    noteStart: (host, actor) => noteRunnerStart(sql, host, actor),
    commands: (which) => listCommands(sql, which),
    events: (which) => listEvents(sql, which),
    runs: (runnerId) => readRunsOfRunner(sql, runnerId),
    log: ({ runnerId, isFollowed, ...which }) => {
      if (isFollowed) notifier.logFollowed(runnerId);
      return listLogLines(sql, runnerId, which);
    },
    beats: (runnerId, hours, stepS) => listBeats(sql, runnerId, hours, stepS),
  };
}

async function cleanUp({ sql, notifier }: RunnersOptions, runnerIds: string[], actor: Actor) {
  const gone = new Set((await listGoneRunners(sql)).map(({ id }) => id));
  const recovered: string[] = [];
  const left: RefusedRunner[] = [];
  for (const runnerId of runnerIds) {
    const reason = 'The runner is active, or there is none.';
    if (!gone.has(runnerId)) {
      left.push({ runnerId, reason });
      continue;
    }
    const held = await countRunsOf(sql, runnerId);
    const runs = await inBatches(MAX_RECOVERED, () => recoverRunsOf(sql, runnerId, actor, held));
    recovered.push(...runs.map(({ id }) => id));
    if (!(await removeGoneRunner(sql, runnerId, runs.length, actor))) left.push({ runnerId, reason });
  }
  if (recovered.length > 0) notifier.queued();
  notifier.revoked(recovered);
  return { removed: runnerIds.length - left.length, recovered: recovered.length, left };
}

function checkChange(kind: RunnerCommandKind, change: RunnerChange | undefined): void {
  const hasChange = change !== undefined && Object.keys(change).length > 0;
  if (kind === 'SET' && !hasChange) throw new QueueError('INVALID_INPUT', 'The command SET names nothing to change.');
  if (kind !== 'SET' && hasChange) throw new QueueError('INVALID_INPUT', 'Only the command SET takes a change.');
}

/** Why a runner can't have a command. */
export function whyNot(command: RunnerCommandKind, { kind, status }: Pick<SentCommand, 'kind' | 'status'>): string {
  if (status === null) return 'There is no such runner.';
  if (status === 'LOST') return 'The runner is lost: its process has ended, or it cannot reach the database.';
  if (status === 'STOPPED') return 'The runner has stopped.';
  if (kind === 'CLI') return 'It executes a single run for the command line and ends by itself.';
  if (command === 'RESTART')
    return 'Nothing would start it again: drain and stop it, and have its supervisor start it.';
  return 'The runner cannot obey this.';
}
