import * as z from 'zod';
import { verdicts } from './health.js';
import { routeFor } from './policy.js';

const count = z.number().int();

/** Apart from the other calls beside the lists: the first page of the panel makes this one. */
export const badges = {
  badges: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/badges',
      summary: 'Small figures beside the places of the panel, at most 10 s old',
      tags: ['Jobs'],
    })
    .output(
      z.object({
        running: count,
        pausedJobs: count,
        scheduleProblems: count.describe('Schedules that cannot queue runs'),
        channels: z.object({
          late: count.describe('Whose oldest due run has waited longer than their target'),
          paused: count.describe('Paused, with runs that are due'),
        }),
        runners: count.describe('Active'),
        verdict: z.enum(verdicts),
        incidents: z.object({ open: count, critical: count }).describe('Open ones, and how many of them are critical'),
        newErrorKinds: count
          .nullable()
          .describe('Kinds of browser errors first seen in the last 24 hours; null without the permission to see them'),
        asOf: z.iso.datetime(),
      }),
    ),
};
