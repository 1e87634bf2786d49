import * as z from 'zod';
import { isPlainText, NOT_PLAIN } from '../plain-text.js';
import { enqueueOptions, jobName, jobParameters } from './enqueue-options.js';
import { routeFor } from './policy.js';

const TAG = ['Jobs'];
const time = z.iso.datetime();
const byId = z.strictObject({ presetId: z.uuid() });
/** Of 32 bits, as its column has it: PostgreSQL fails a statement that compares more. */
const rev = z.int32().min(1);

/** The options of a preset for queueing its run. */
export const presetOptions = z.strictObject({
  channel: enqueueOptions.channel,
  priority: enqueueOptions.priority,
  maxAttempts: enqueueOptions.maxAttempts,
  timeoutMs: enqueueOptions.timeoutMs,
  scope: enqueueOptions.scope,
});

const content = {
  name: z.string().trim().min(1).max(100).refine(isPlainText, NOT_PLAIN),
  parameters: jobParameters.default({}),
  options: presetOptions.default({}),
};

const given = z.strictObject({ ...content, jobName, isShared: z.boolean().default(false) });
/** A preset as a person saves it. */
export type GivenPreset = z.infer<typeof given>;

export const preset = z.object({
  id: z.uuid(),
  jobName: z.string(),
  name: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  options: presetOptions,
  isShared: z.boolean(),
  isMine: z.boolean(),
  owner: z.string().describe('E-mail of the person who saved it'),
  problem: z.string().nullable().describe('Why the job would refuse its parameters now; null where it would not'),
  rev,
  updatedAt: time,
});
export type Preset = z.infer<typeof preset>;

/** Parameters that people keep under a name. Those that the code of a job has stand in its definition. */
export const presets = {
  list: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/presets',
      summary: 'Shared presets, and those of the caller',
      description: 'Without a job the first 1,000, by job and name; a job has at most 500 and shows all.',
      tags: TAG,
    })
    .input(z.strictObject({ jobName: jobName.optional() }))
    .output(z.object({ presets: z.array(preset) })),

  create: routeFor('run', 'view')
    .route({
      method: 'POST',
      path: '/admin/jobs/presets',
      successStatus: 201,
      summary: 'Save parameters under a name',
      description:
        'Shared ones need the permission `managePresets`. Secrets in the parameters are kept as `[redacted]`. A token saves none.',
      tags: TAG,
    })
    .input(given)
    .output(z.object({ preset })),

  change: routeFor('run', 'view')
    .route({
      method: 'PUT',
      path: '/admin/jobs/presets/{presetId}',
      summary: 'Change a preset of the caller, or with `managePresets` a shared one',
      description: 'Refused (409 `CHANGED`, with the present value as `current`) where it has changed since `rev`.',
      tags: TAG,
    })
    .input(byId.extend({ ...content, isShared: z.boolean().default(false), rev }))
    .output(z.object({ preset })),

  remove: routeFor('run', 'view')
    .route({
      method: 'DELETE',
      path: '/admin/jobs/presets/{presetId}',
      summary: 'Remove a preset of the caller, or with `managePresets` a shared one',
      tags: TAG,
    })
    .input(byId)
    .output(z.object({ removed: z.literal(true) })),
};
