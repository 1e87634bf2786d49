import { contract } from '@job-manager/shared/contract/index';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testing/http-test-kit.js';
import { send } from '../testing/request-test-kit.js';
import { listRoutes } from './routes.js';

let server: TestServer;
// biome-ignore lint/suspicious/noExplicitAny: the document is under test
let document: any;
beforeAll(async () => {
  server = await startTestServer();
  document = (await send(server.url, { path: '/api/openapi.json' })).json;
});
afterAll(() => server.stop());

const routes = listRoutes(contract).map((route) => [`${route.method} ${route.path}`, route] as const);

/** What calls answer that don't answer 200. */
const SUCCESS: Record<string, string> = {
  'presets.create': '201',
  'views.create': '201',
  'alerts.createRule': '201',
  'alerts.createDestination': '201',
  'schedules.backfill': '201',
  'jobs.enqueue': '201',
  'batches.enqueueBatch': '201',
  'selfTest.start': '201',
  'schedules.createSchedule': '201',
  'schedules.runSchedule': '201',
  'external.start': '201',
  'tokens.create': '201',
  'roles.create': '201',
  'users.create': '201',
  'errors.report': '202',
};
/** Calls that answer a file. */
const FILES = ['messages.download', 'audit.export', 'errors.export', 'historyExport.runs'];
/** Calls that a guesser is stopped at. */
const CHECKS_A_PASSWORD = ['auth.login', 'auth.loginCode', 'auth.token', 'auth.changePassword', 'secondFactor.begin'];

it('is OpenAPI 3.1 and has every route of the contract and no other', () => {
  expect(document.openapi).toBe('3.1.1');
  const described = Object.entries<object>(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(described.sort()).toEqual(routes.map(([title]) => title).sort());
});

it.each(routes)('describes %s: who may call it, what it answers, what goes wrong', (_title, route) => {
  const operation = document.paths[route.path][route.method.toLowerCase()];
  expect(operation.operationId).toBe(route.name);
  expect(operation.summary).toBeTruthy();
  expect(operation.description).toMatch(/(^|\n)(Needs the permissions? `|For |Public\.)/);
  expect(operation.tags).toEqual([expect.any(String)]);
  expect(operation.security.length > 0).toBe(route.policy !== 'public');
  const statuses = Object.keys(operation.responses);
  const success = statuses.filter((status) => status.startsWith('2'));
  expect(success).toEqual([SUCCESS[route.name] ?? '200']);
  const type = FILES.includes(route.name) ? '*/*' : 'application/json';
  expect(operation.responses[success[0] ?? ''].content[type].schema).toBeTruthy();
  const isForAll = route.policy === 'public';
  expect(statuses).toEqual(expect.arrayContaining(['400', '500', '503', ...(isForAll ? [] : ['401'])]));
  if (!isForAll && route.policy !== 'signedIn') expect(statuses).toContain('403');
  if (CHECKS_A_PASSWORD.includes(route.name)) expect(statuses).toContain('429');
  for (const status of statuses.filter((status) => Number(status) >= 400)) {
    const schema = operation.responses[status].content['application/problem+json'].schema;
    expect(schema).toEqual({ $ref: '#/components/schemas/Problem' });
  }
  const placeholders = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const parameters = (operation.parameters ?? []).filter((parameter: { in: string }) => parameter.in === 'path');
  expect(parameters.map((parameter: { name: string }) => parameter.name)).toEqual(placeholders);
});

it('declares and describes the tags that its calls have, and no other', () => {
  const used = Object.values<object>(document.paths).flatMap((methods) =>
    Object.values<{ tags: string[] }>(methods as never).flatMap(({ tags }) => tags),
  );
  expect(document.tags.map(({ name }: { name: string }) => name).sort()).toEqual([...new Set(used)].sort());
  for (const { description } of document.tags) expect(description).toBeTruthy();
});

it('describes for each call who may make it, and what it leaves out for others', () => {
  expect(document.paths['/admin/jobs/schedules'].get.description).toBe('Needs the permission `view`.');
  expect(document.paths['/admin/jobs/schedules'].post.description).toMatch(
    /Needs the permissions `manageSchedules` and `run`\. Without `view` the answer leaves out `schedule`\.$/,
  );
  expect(document.paths['/auth/login'].post.description).toMatch(/Public\.$/);
});

it('has names for its nouns, each of which an answer has', () => {
  const text = JSON.stringify(document);
  const names = Object.keys(document.components.schemas);
  expect(names.length).toBeGreaterThan(40);
  expect(names.filter((name) => !text.includes(`"#/components/schemas/${name}"`))).toEqual([]);
});

it('lists no alternative twice, and describes flags as flags', () => {
  const alternatives = [...JSON.stringify(document).matchAll(/"anyOf":\[(\{[^[\]]*?\}),(\{[^[\]]*?\})\]/g)];
  expect(alternatives.length).toBeGreaterThan(20);
  expect(alternatives.filter(([, one, other]) => one === other || one === '{}')).toEqual([]);
  const parameters: { name: string; schema: object }[] = document.paths['/admin/jobs/metrics'].get.parameters;
  expect(parameters.find(({ name }) => name === 'compare')?.schema).toMatchObject({ type: 'boolean', default: false });
  expect(parameters.find(({ name }) => name === 'from')?.schema).toMatchObject({ type: 'string', format: 'date-time' });
});

it('names only things that it has', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path ?? '');
  expect(references.length).toBeGreaterThan(10);
  for (const path of new Set(references)) {
    const found = path.split('/').reduce((part, key) => part?.[key], document);
    expect(found, path).toBeTruthy();
  }
});

it.each([
  ['/admin/jobs/enqueue', true],
  ['/admin/jobs/start', true],
  ['/admin/jobs/{jobRunId}/message', false],
])('describes the idempotency key of %s and the location of a new run', (path, begins) => {
  const operation = document.paths[path].post;
  const headers = operation.parameters.filter((parameter: { in: string }) => parameter.in === 'header');
  expect(headers).toMatchObject([{ name: 'Idempotency-Key' }]);
  expect(operation.responses['201']?.headers.Location !== undefined).toBe(begins);
});

it('has a page to read it, made of local files alone', async () => {
  const moved = await send(server.url, { path: '/api/docs' });
  expect([moved.status, moved.headers.location]).toEqual([301, '/api/docs/']);
  const page = await send(server.url, { path: '/api/docs/' });
  expect(page.status).toBe(200);
  expect(page.text).not.toMatch(/(src|href)=['"]https?:/);
  expect(page.text).not.toMatch(/<script>/);
  for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js']) {
    expect((await send(server.url, { path: `/api/docs/${file}` })).status).toBe(200);
  }
  const start = await send(server.url, { path: '/api/docs/start.js' });
  expect(start.text).toContain('../openapi.json');
  for (const file of ['index.html', 'package.json', 'swagger-ui.js']) {
    expect((await send(server.url, { path: `/api/docs/${file}` })).status).toBe(404);
  }
});
