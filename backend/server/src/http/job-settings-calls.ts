import { pauseOf } from '@job-manager/engine/queue/transitions/pause';
import type { JobSettingsRow } from '@job-manager/engine/store/job-settings';
import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import { presentJobSettings } from '../present/job-settings.js';
import { withCurrent } from './changed-meanwhile.js';
import { actorOf, type CallContext, type HttpDeps } from './context.js';

const os = implement(contract.jobSettings).$context<CallContext>();

/** Settings and pauses of jobs. */
export function createJobSettingsCalls({ queue: { jobs } }: Pick<HttpDeps, 'queue'>) {
  return os.router({
    get: os.get.handler(async ({ input }) => ({ settings: presentJobSettings(await jobs.get(input.jobName)) })),

    set: os.set.handler(({ input: { jobName, ...change }, context }) =>
      withCurrent(context, presentJobSettings, async () => changed(await jobs.set(jobName, change, actorOf(context)))),
    ),

    reset: os.reset.handler(async ({ input, context }) => changed(await jobs.reset(input.jobName, actorOf(context)))),

    pause: os.pause.handler(async ({ input: { jobName, ...pause }, context }) =>
      changed(await jobs.pause(jobName, pauseOf(pause), actorOf(context))),
    ),

    resume: os.resume.handler(async ({ input, context }) =>
      changed(await jobs.resume(input.jobName, actorOf(context))),
    ),
  });
}

const changed = (row: JobSettingsRow) => ({ jobName: row.jobName, settings: presentJobSettings(row) });
