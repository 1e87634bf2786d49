import * as z from 'zod';
import { isPlainText, NOT_PLAIN } from '../plain-text.js';
import { routeFor } from './policy.js';

const TAG = ['Jobs'];
const byId = z.strictObject({ viewId: z.uuid() });
/** Of 32 bits, as its column has it: PostgreSQL fails a statement that compares more. */
const rev = z.int32().min(1);

/** The lists whose filters can be kept. */
export const viewPages = ['history', 'active'] as const;
export type ViewPage = (typeof viewPages)[number];
const page = z.enum(viewPages);

const content = {
  name: z.string().trim().min(1).max(100).refine(isPlainText, NOT_PLAIN),
  query: z
    .string()
    .max(2_000)
    .regex(/^[^?#\s]*$/, 'must be the part of the address behind the question mark')
    .describe('The part of the address behind the question mark, such as `job=trending&status=FAILED`'),
  isPinned: z.boolean().default(false).describe('Whether the command palette offers it'),
  isShared: z.boolean().default(false),
};

const given = z.strictObject({ ...content, page });
/** A view as a person saves it. */
export type GivenView = z.infer<typeof given>;

export const savedView = z.object({
  id: z.uuid(),
  page,
  name: z.string(),
  query: z.string(),
  isShared: z.boolean(),
  isPinned: z.boolean(),
  isMine: z.boolean(),
  owner: z.string().describe('E-mail of the person who saved it'),
  rev,
  updatedAt: z.iso.datetime(),
});
export type SavedView = z.infer<typeof savedView>;

/** Filters of a list that people keep under a name. */
export const views = {
  list: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/views',
      summary: 'Shared views, and those of the caller',
      tags: TAG,
    })
    .input(z.strictObject({ page: page.optional() }))
    .output(z.object({ views: z.array(savedView) })),

  create: routeFor('run', 'view')
    .route({
      method: 'POST',
      path: '/admin/jobs/views',
      successStatus: 201,
      summary: 'Save the filters of a list under a name',
      description: 'Shared ones need the permission `managePresets`. A token saves none.',
      tags: TAG,
    })
    .input(given)
    .output(z.object({ view: savedView })),

  change: routeFor('run', 'view')
    .route({
      method: 'PUT',
      path: '/admin/jobs/views/{viewId}',
      summary: 'Change a view of the caller, or with `managePresets` a shared one',
      description: 'Refused (409 `CHANGED`, with the present value as `current`) where it has changed since `rev`.',
      tags: TAG,
    })
    .input(byId.extend({ ...content, rev }))
    .output(z.object({ view: savedView })),

  remove: routeFor('run', 'view')
    .route({
      method: 'DELETE',
      path: '/admin/jobs/views/{viewId}',
      summary: 'Remove a view of the caller, or with `managePresets` a shared one',
      tags: TAG,
    })
    .input(byId)
    .output(z.object({ removed: z.literal(true) })),
};
