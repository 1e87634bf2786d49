import * as z from 'zod';
import { limits } from '../limits.js';
import { isPlainText, NOT_PLAIN } from '../plain-text.js';
import { jobName } from './enqueue-options.js';
import { isoTime } from './iso-time.js';
import { jobSettings, jobSettingsChange } from './job-overrides.js';
import { forViewers, routeFor } from './policy.js';

const TAG = ['Jobs'];
const byName = z.strictObject({ jobName });
/** Of 32 bits, as its column has it: PostgreSQL fails a statement that compares more. */
const rev = z.int32().min(0);

const changed = z.object({ jobName: z.string(), settings: forViewers(jobSettings) });
const PATH = '/admin/jobs/definitions/{jobName}';

/** What operators set of jobs, beside the declarations of their code. */
export const jobSettingsCalls = {
  get: routeFor('view')
    .route({
      method: 'GET',
      path: `${PATH}/settings`,
      summary: 'What operators have set of a job',
      description: 'Null is as the code declares, which `GET /admin/jobs/definitions` answers as `code`.',
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
        'What is left out stays as it is, and null is as the code declares. With `rev`, the change is refused (409 `CHANGED`, with the settings as `current`) where another change came in between.',
      tags: TAG,
    })
    .input(byName.extend({ ...jobSettingsChange.shape, rev: rev.optional() }))
    .output(changed),

  reset: routeFor('manageJobs')
    .route({
      method: 'DELETE',
      path: `${PATH}/settings`,
      summary: 'Reset every setting of a job to what its code declares; a pause stays',
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
        reason: z.string().trim().max(limits.reasonChars).refine(isPlainText, NOT_PLAIN).optional(),
        resumeAt: isoTime.optional().describe('Goes on by itself then'),
      }),
    )
    .output(changed),

  resume: routeFor('manageJobs')
    .route({ method: 'POST', path: `${PATH}/resume`, summary: 'Go on with a paused job', tags: TAG })
    .input(byName)
    .output(changed),
};
