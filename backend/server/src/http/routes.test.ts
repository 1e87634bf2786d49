import { contract } from '@job-manager/shared/contract/index';
import { oc } from '@orpc/contract';
import { expect, it } from 'vitest';
import { HttpProblem } from './problem.js';
import { listRoutes, resolveRoute } from './routes.js';

it('refuses a route that does not define who may call it, by name', () => {
  const open = oc.route({ method: 'GET', path: '/secrets' });
  expect(() => listRoutes({ admin: { secrets: open } })).toThrow(/admin\.secrets \(GET \/secrets\) has no policy/);
});

it('refuses a policy that is not enforced', () => {
  const odd = oc.$meta<{ policy?: string }>({ policy: 'everybody' }).route({ method: 'GET', path: '/x' });
  expect(() => listRoutes({ odd })).toThrow(/odd .* has no policy/);
});

const routes = listRoutes(contract);
const codeOf = (method: string, path: string): string => {
  try {
    return resolveRoute(routes, method, path).name;
  } catch (error) {
    return error instanceof HttpProblem ? error.code : String(error);
  }
};

it.each([
  ['GET', '/admin/jobs/active', 'jobs.active'],
  ['GET', '/admin/jobs/12', 'jobs.get'],
  ['POST', '/admin/jobs/12/cancel', 'jobs.cancel'],
  ['GET', '/admin/jobs/enqueue', 'METHOD_NOT_ALLOWED'],
  ['DELETE', '/admin/jobs/12', 'METHOD_NOT_ALLOWED'],
  ['OPTIONS', '/auth/login', 'METHOD_NOT_ALLOWED'],
  ['GET', '/admin/jobs/', 'NOT_FOUND'],
  ['GET', '/admin//jobs/active', 'NOT_FOUND'],
  ['GET', '//admin/jobs/active', 'NOT_FOUND'],
  ['GET', '/admin/jobs/active/', 'NOT_FOUND'],
  ['GET', '/ADMIN/jobs/active', 'NOT_FOUND'],
  ['GET', '/admin/jobs/%61ctive/x', 'NOT_FOUND'],
  ['GET', '/public/%2e%2e/admin/jobs/active', 'NOT_FOUND'],
  ['GET', '/admin/jobs/active/health', 'NOT_FOUND'],
  ['POST', '/admin/jobs/12/cancel/cancel', 'NOT_FOUND'],
])('%s %s leads to %s', (method, path, expected) => {
  expect(codeOf(method, path)).toBe(expected);
});
