import * as z from 'zod';
import { limits } from '../limits.js';
import { channelName, jobName, priority, retryPolicy } from './enqueue-options.js';
import { isoTime } from './iso-time.js';
import { pauseState } from './pause.js';
import { forViewers, routeFor } from './policy.js';

const TAG = ['Jobs'];
const byName = z.strictObject({ jobName });
/** Of 32 bits, as its column has it: PostgreSQL fails a statement that compares more. */
const rev = z.int32().min(0);

const settings = {
  channel: channelName.nullable(),
  priority: priority.nullable(),
  maxAttempts: z.number().int().min(1).max(limits.attempts).nullable(),
  retry: retryPolicy.nullable(),
  timeoutMs: z.number().int().min(0).max(limits.farMs).nullable().describe('0 for as long as it likes'),
  slowAfterMs: z.number().int().min(1).max(limits.farMs).nullable(),
  isCritical: z.boolean(),
};

/** What operators may set of a job; null is as the code says. */
const jobOverrides = z.strictObject(settings);
export type JobOverrides = z.infer<typeof jobOverrides>;

/** What is to be changed of a job. What is left out stays as it is. */
export const jobSettingsChange = jobOverrides.partial();
export type JobSettingsChange = z.infer<typeof jobSettingsChange>;

export const jobSettings = z.object({
  ...settings,
  jobName: z.string(),
  paused: pauseState.nullable(),
  rev: rev.describe('Raised by each change of a setting; 0 where none was ever made'),
});
export type JobSettings = z.infer<typeof jobSettings>;

const changed = z.object({ jobName: z.string(), settings: forViewers(jobSettings) });
const PATH = '/admin/jobs/definitions/{jobName}';

/** What operators set of jobs, beside what their code says. */
export const jobSettingsCalls = {
  get: routeFor('view')
    .route({
      method: 'GET',
      path: `${PATH}/settings`,
      summary: 'What operators have set of a job',
      description: 'Null is as the code says, which `GET /admin/jobs/definitions` answers as `code`.',
      tags: TAG,
    })
    .input(byName)
    .output(z.object({ settings: jobSettings })),

  set: routeFor('manageJobs')
    .route({
      method: 'PUT',
      path: `${PATH}/settings`,
      summary: 'Change settings of a job, for runs that are queued or attempted from then on',
      description:
        'What is left out stays as it is, and null is as the code says. With `rev`, the change is refused (409 `CHANGED`, with the settings as `current`) where another change came in between.',
      tags: TAG,
    })
    .input(byName.extend({ ...jobSettingsChange.shape, rev: rev.optional() }))
    .output(changed),

  reset: routeFor('manageJobs')
    .route({
      method: 'DELETE',
      path: `${PATH}/settings`,
      summary: 'Take back every setting of a job: it is as its code says; a pause stays',
      tags: TAG,
    })
    .input(byName)
    .output(changed),

  pause: routeFor('manageJobs')
    .route({
      method: 'POST',
      path: `${PATH}/pause`,
      summary: 'Start no run of a job; what is running goes on',
      tags: TAG,
    })
    .input(
      byName.extend({
        reason: z.string().trim().max(limits.reasonChars).optional(),
        resumeAt: isoTime.optional().describe('Goes on by itself then'),
      }),
    )
    .output(changed),

  resume: routeFor('manageJobs')
    .route({ method: 'POST', path: `${PATH}/resume`, summary: 'Go on with a paused job', tags: TAG })
    .input(byName)
    .output(changed),
};
