import { type AnyJob, defineJob } from '@job-manager/engine/queue/job';
import * as z from 'zod';
import { notedIn } from '../world/fault-jobs.js';

/** What takes down the process it happens in, at the first line of the job. */
const deaths = {
  kill: () => process.kill(process.pid, 'SIGKILL'),
  exit: () => process.exit(3),
  abort: () => process.abort(),
};
export const plainDeaths = Object.keys(deaths) as (keyof typeof deaths)[];

const noted = notedIn(process.env.FAULTS_FOLDER ?? '');
const described = { description: 'Shares its process', examples: ['nothing runs it'], algorithmVersion: '1' };

/** Jobs with the settings that a job has by itself, none of them isolated. */
export const jobs: AnyJob[] = [
  defineJob({
    ...described,
    name: 'sound',
    parameters: z.strictObject({ ms: z.number() }),
    run: noted((ctx, { ms }) => ctx.pause(ms)),
  }),
  defineJob({
    ...described,
    name: 'killer',
    retry: { backoffMs: 1 },
    parameters: z.strictObject({ death: z.enum(plainDeaths) }),
    run: noted(async (_ctx, { death }) => {
      deaths[death]();
    }),
  }),
];
