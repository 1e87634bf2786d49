import { type Policy, viewedFields } from '@job-manager/shared/contract/policy';
import { type Permission, permissions } from '@job-manager/shared/permissions';
import { traverseContractProcedures } from '@orpc/server';
import { HttpProblem } from './problem.js';

/** A call of the contract as HTTP sees it. */
export interface ApiRoute {
  /** Its place in the contract: `jobs.cancel`. */
  name: string;
  method: string;
  /** With `{placeholders}`, below `/api`. */
  path: string;
  /** It makes something, and sent again it makes it twice. */
  isCreation: boolean;
  policy: Policy;
  /** What the caller needs besides. */
  alsoNeeds: readonly Permission[];
  /** Parts of the answer that are left out where the caller lacks `view`. */
  viewedFields: readonly string[];
}

const POLICIES: readonly unknown[] = ['public', 'session', 'signedIn', ...Object.keys(permissions)];

/** Calls that an `Idempotency-Key` makes harmless when they are sent again. */
const KEYED = ['jobs.enqueue', 'external.start', 'external.message'];
export const takesKey = ({ name }: ApiRoute): boolean => KEYED.includes(name);

/** The calls of a contract. Throws, naming the route, where one does not define who may call it or its path. */
export function listRoutes(contract: Parameters<typeof traverseContractProcedures>[0]['router']): ApiRoute[] {
  const routes: ApiRoute[] = [];
  traverseContractProcedures({ router: contract, path: [] }, ({ contract: procedure, path }) => {
    const { meta, route, outputSchema } = procedure['~orpc'];
    const name = path.join('.');
    if (!route.method || !route.path) throw new Error(`The route ${name} has no method or no path`);
    const policy: unknown = 'policy' in meta ? meta.policy : undefined;
    if (!POLICIES.includes(policy)) {
      throw new Error(`The route ${name} (${route.method} ${route.path}) has no policy: it is open who may call it`);
    }
    routes.push({
      name,
      method: route.method,
      path: route.path,
      isCreation: route.successStatus === 201,
      policy: policy as Policy,
      alsoNeeds: 'alsoNeeds' in meta ? (meta.alsoNeeds as Permission[]) : [],
      viewedFields: viewedFields(outputSchema),
    });
  });
  return routes;
}

/**
 * The route of a request. Paths are compared as they were sent, so no second spelling (`//`, `%2e`, another
 * case) reaches a handler. Throws a 404 or 405 problem; a fixed path hides a placeholder of other methods.
 */
export function resolveRoute(routes: ApiRoute[], method: string, path: string): ApiRoute {
  const given = path.split('/');
  const matching = routes.filter((route) => matches(route.path, given));
  const fixed = matching.filter((route) => !route.path.includes('{'));
  const candidates = fixed.length > 0 ? fixed : matching;
  if (candidates.length === 0) throw new HttpProblem('NOT_FOUND', 'There is no such call.');
  const found = candidates.find((route) => route.method === method);
  if (found) return found;
  const allow = candidates.map((route) => route.method).join(', ');
  throw new HttpProblem('METHOD_NOT_ALLOWED', `This path answers ${allow}.`, { headers: { Allow: allow } });
}

/** Split once, rather than all of them for each request. */
const segments = new Map<string, string[]>();
function segmentsOf(template: string): string[] {
  const known = segments.get(template) ?? template.split('/');
  segments.set(template, known);
  return known;
}

function matches(template: string, given: string[]): boolean {
  const wanted = segmentsOf(template);
  return (
    wanted.length === given.length &&
    wanted.every((segment, index) => (segment.startsWith('{') ? given[index] !== '' : segment === given[index]))
  );
}
