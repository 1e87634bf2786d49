import { oc } from '@orpc/contract';

/** Who may make a call. */
export type Policy = 'public' | 'signedIn' | 'operator';

interface RouteMeta {
  /** Absent means nobody: the server refuses to start with a route that names no policy. */
  policy?: Policy;
}

const route = oc.$meta<RouteMeta>({});

export const publicRoute = route.meta({ policy: 'public' });
export const signedInRoute = route.meta({ policy: 'signedIn' });
export const operatorRoute = route.meta({ policy: 'operator' });
