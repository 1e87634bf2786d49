import { oc } from '@orpc/contract';
import type { Permission } from '../permissions.js';

/**
 * Who may make a call: everybody, everybody with a session of their own (`session`: also while something else must be
 * done first, see `pending-steps.ts`), everybody signed in, or those with a permission.
 */
export type Policy = 'public' | 'session' | 'signedIn' | Permission;

interface RouteMeta {
  /** Absent means nobody: the server refuses to start with a route that names no policy. */
  policy?: Policy;
}

/** Begins a call that those of this policy may make. */
export const routeFor = (policy: Policy) => oc.$meta<RouteMeta>({}).meta({ policy });
