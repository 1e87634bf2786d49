import { oc } from '@orpc/contract';
import * as z from 'zod';
import type { Permission } from '../permissions.js';

/**
 * Who may make a call: all, all with a session of their own (`session`: also while something else must be
 * done first, see `pending-steps.ts`), all who are signed in, or those with a permission.
 */
export type Policy = 'public' | 'session' | 'signedIn' | Permission;

export interface RouteMeta {
  /** Absent means that no caller is allowed: the server refuses to start with a route that names no policy. */
  policy?: Policy;
  /** What the caller needs besides. */
  alsoNeeds?: readonly Permission[];
}

/** Begins a call that those of this policy may make, where they have the other permissions as well. */
export const routeFor = (policy: Policy, ...alsoNeeds: Permission[]) =>
  oc.$meta<RouteMeta>({}).meta({ policy, alsoNeeds });

const viewed = new WeakSet<z.ZodType>();

/** A part of an answer that is left out where the caller lacks `view`: a permission to change something shows nothing. */
export function forViewers<Schema extends z.ZodType>(schema: Schema): z.ZodOptional<Schema> {
  const field = schema.optional().describe('Left out where the caller lacks the permission `view`');
  viewed.add(field);
  return field;
}

/** The top-level fields of an answer's schema that `forViewers` made. */
export function viewedFields(schema: unknown): string[] {
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([name, field]) => (viewed.has(field as z.ZodType) ? [name] : []));
}
