import { QueueError } from '@job-manager/engine/queue/errors';
import { whyNot } from '@job-manager/engine/queue/runners';
import type { RunnerDetailRow } from '@job-manager/engine/store/runner-list';
import { contract } from '@job-manager/shared/contract/index';
import { type RunnerEvent, runnerSeverities } from '@job-manager/shared/contract/runners';
import { listRunnerChanges, type RunnerCommandKind } from '@job-manager/shared/runner';
import { implement } from '@orpc/server';
import { presentSummary } from '../present/run.js';
import {
  presentCommand,
  presentEvent,
  presentGoneRunner,
  presentRunner,
  presentRunnerDefaults,
} from '../present/runner.js';
import { actorOf, type CallContext, type HttpDeps } from './context.js';

const os = implement(contract.runners).$context<CallContext>();

const MAX_STEPS = 240;
const NOT_HERE = 'The application that embeds this server starts its runners.';

type RunnerCallDeps = Pick<HttpDeps, 'queue' | 'config' | 'host' | 'runnersHere'>;

/** Reading and steering runners. */
export function createRunnerCalls({ queue, config, host, runnersHere }: RunnerCallDeps) {
  const { runners } = queue;
  return os.router({
    listRunners: os.listRunners.handler(async () => ({
      runners: (await runners.list()).map(presentRunner),
      asOf: new Date().toISOString(),
    })),

    getRunner: os.getRunner.handler(async ({ input }) => ({
      runner: presentRunner(await runners.get(input.runnerId)),
      asOf: new Date().toISOString(),
    })),

    getRunnerDefaults: os.getRunnerDefaults.handler(async () => presentRunnerDefaults(await runners.defaults())),

    setRunnerDefaults: os.setRunnerDefaults.handler(async ({ input, context }) =>
      presentRunnerDefaults(await runners.setDefaults(input.change, actorOf(context))),
    ),

    getRunnerSetup: os.getRunnerSetup.handler(() => ({
      database: config.DATABASE_URL === undefined ? ('embedded' as const) : ('own' as const),
      schema: config.DATABASE_SCHEMA,
      isHosted: host !== undefined,
      drainMs: config.JOBS_DRAIN_MS,
      here: {
        running: runnersHere?.count ?? 0,
        max: runnersHere?.max ?? 0,
        refusal: runnersHere === undefined ? NOT_HERE : runnersHere.refusal,
      },
    })),

    startRunnerHere: os.startRunnerHere.handler(async ({ context }) => {
      const refusal = runnersHere === undefined ? NOT_HERE : runnersHere.refusal;
      if (runnersHere === undefined || refusal !== null) throw new QueueError('NOT_ALLOWED', refusal ?? NOT_HERE);
      runnersHere.startAnother();
      await runners.noteStart(config.HOSTNAME, actorOf(context));
      return { running: runnersHere.count };
    }),

    previewRunnerCleanup: os.previewRunnerCleanup.handler(async () => {
      const gone = (await runners.gone()).map(presentGoneRunner);
      return { runners: gone, runs: gone.reduce((sum, { runs }) => sum + runs, 0) };
    }),

    cleanUpRunners: os.cleanUpRunners.handler(({ input, context }) =>
      runners.cleanUp(input.runnerIds, actorOf(context)),
    ),

    listRunnerBeats: os.listRunnerBeats.handler(async ({ input: { runnerId, hours = 24 } }) => {
      const stepS = Math.max(30, (hours * 3_600) / MAX_STEPS);
      const beats = await runners.beats(runnerId, hours, stepS);
      const to = new Date();
      return {
        from: new Date(to.getTime() - hours * 3_600_000).toISOString(),
        to: to.toISOString(),
        stepMs: stepS * 1_000,
        beats: beats.map((beat) => ({ ...beat, at: beat.at.toISOString() })),
      };
    }),

    listRunnerEvents: os.listRunnerEvents.handler(async ({ input: { severity, ...which } }) => ({
      events: (await runners.events({ ...which, severity: severity && atLeast(severity) })).map(presentEvent),
    })),

    listRunnerRuns: os.listRunnerRuns.handler(async ({ input }) => {
      const { runs, searchedBackTo } = await runners.runs(input.runnerId);
      return { runs: runs.map(presentSummary), searchedBackTo: searchedBackTo?.toISOString() ?? null };
    }),

    readRunnerLog: os.readRunnerLog.handler(async ({ input }) => {
      const { runnerId, level = 'debug', limit = 500, follow = false } = input;
      const lines = await runners.log({ runnerId, level, limit, isFollowed: follow });
      return {
        lines: lines.map((line) => ({ ...line, at: line.at.toISOString() })),
        asOf: new Date().toISOString(),
      };
    }),

    listRunnerCommands: os.listRunnerCommands.handler(async ({ input }) => ({
      commands: (await runners.commands(input)).map(presentCommand),
    })),

    previewRunnerCommand: os.previewRunnerCommand.handler(async ({ input: { kind, runnerIds, change } }) => {
      const known = new Map((await runners.list()).map((runner) => [runner.id, runner]));
      const wanted = [...new Set(runnerIds)].map((runnerId) => ({ runnerId, runner: known.get(runnerId) }));
      const able = wanted.flatMap(({ runner }) => (runner && canObey(kind, runner) ? [runner] : []));
      return {
        runners: able.map((runner) => ({
          runnerId: runner.id,
          name: `${runner.host}:${runner.pid}`,
          activeRuns: runner.activeRuns,
          changes: change ? listRunnerChanges(runner, change) : [],
        })),
        refused: wanted
          .filter(({ runner }) => !runner || !canObey(kind, runner))
          .map(({ runnerId, runner = { kind: null, status: null } }) => ({ runnerId, reason: whyNot(kind, runner) })),
        runs: able.reduce((sum, { activeRuns }) => sum + activeRuns, 0),
        drainMs: config.JOBS_DRAIN_MS,
      };
    }),

    sendRunnerCommand: os.sendRunnerCommand.handler(async ({ input: { rolling, ...order }, context }) => {
      const { groupId, sent, refused } = await runners.command({ ...order, isRolling: rolling }, actorOf(context));
      return { groupId, sent, refused, commands: (await runners.commands({ groupId })).map(presentCommand) };
    }),
  });
}

const atLeast = (severity: RunnerEvent['severity']): string[] =>
  runnerSeverities.slice(runnerSeverities.indexOf(severity));

const canObey = (command: RunnerCommandKind, { status, kind, canRestart }: RunnerDetailRow): boolean =>
  (status === 'ACTIVE' || status === 'DRAINING') &&
  (command !== 'RESTART' || canRestart) &&
  (command === 'PING' || kind !== 'CLI');
