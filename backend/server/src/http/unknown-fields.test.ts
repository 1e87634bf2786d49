import { contract } from '@job-manager/shared/contract/index';
import { traverseContractProcedures } from '@orpc/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { callOf } from '../testing/access-test-kit.js';
import { startTestServer, type TestServer } from '../testing/http-test-kit.js';
import { problemCode, type Sent, send } from '../testing/request-test-kit.js';
import { listRoutes } from './routes.js';

let server: TestServer;
let authorization: string;
beforeAll(async () => {
  server = await startTestServer();
  authorization = `Bearer ${(await server.signIn('SUPER_ADMIN')).token}`;
});
afterAll(() => server.stop());

const callApi = (sent: Sent) => send(server.url, { ...sent, headers: { authorization } });

interface JsonSchema {
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: unknown;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
}

/** An object of an input: its path, its fields, and an example with one field alone. */
interface Place {
  path: string;
  fields: string[];
  isClosed: boolean;
  inputWith: (field: string) => unknown;
}

function placesOf(schema: JsonSchema, root: JsonSchema, depth = 0): Place[] {
  if (depth > 4) return [];
  const target = schema.$ref === undefined ? schema : (root.$defs?.[schema.$ref.replace('#/$defs/', '')] ?? root);
  const inner = (name: string, next: JsonSchema, wrap: (value: unknown) => unknown): Place[] =>
    placesOf(next, root, depth + 1).map((place) => ({
      ...place,
      path: place.path === '' ? name : `${name}.${place.path}`,
      inputWith: (field) => wrap(place.inputWith(field)),
    }));
  const own = target.properties && {
    path: '',
    fields: Object.keys(target.properties),
    isClosed: target.additionalProperties === false,
    inputWith: (field: string) => ({ [field]: 1 }),
  };
  return [
    ...(own ? [own] : []),
    ...(target.items ? inner('0', target.items, (value) => [value]) : []),
    ...(target.anyOf ?? []).flatMap((choice) => placesOf(choice, root, depth)),
    ...Object.entries(target.properties ?? {}).flatMap(([name, next]) =>
      inner(name, next, (value) => ({ [name]: value })),
    ),
  ];
}

const schemas = new Map<string, unknown>();
traverseContractProcedures({ router: contract, path: [] }, ({ contract: procedure, path }) => {
  schemas.set(path.join('.'), procedure['~orpc'].inputSchema);
});
const routes = listRoutes(contract).map((route) => {
  const schema = schemas.get(route.name);
  const root =
    schema instanceof z.ZodType ? (z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema) : {};
  const places = schema === undefined ? [] : placesOf(root, root);
  return [`${route.method} ${route.path}`, { route, places }] as const;
});

describe.each(routes)('%s', (_title, { route, places }) => {
  const isRead = route.method === 'GET';
  const call = callOf(route);
  const sentWith = (input: unknown): Sent =>
    isRead
      ? { ...call, path: `${call.path}?${new URLSearchParams(input as Record<string, string>)}` }
      : { ...call, body: input as object };

  it('refuses a field that it does not know, and suggests the one that was meant', async () => {
    for (const { path, fields, isClosed, inputWith } of places) {
      expect(isClosed, `${route.name} ${path}`).toBe(true);
      const known = fields.find((field) => field.length > 3 && !route.path.includes(`{${field}}`));
      for (const field of ['unreadField', ...(known ? [`${known}x`] : [])]) {
        const answer = await callApi(sentWith(inputWith(field)));
        expect(problemCode(answer)).toBe('INVALID_INPUT');
        const at = path === '' ? field : `${path}.${field}`;
        const issue = answer.json.issues.find((each: { path: string }) => each.path === at);
        expect(issue?.message, `${route.name} ${at}`).toMatch(/^is no field of /);
        if (field !== 'unreadField') expect(issue.message).toContain(`did you mean ${known}?`);
        expect(answer.text).not.toMatch(/Invalid (input|option)|expected |Unrecognized|Too (small|big)/);
      }
    }
    if (places.length > 0) return;
    const answer = await callApi(sentWith({ unreadField: 1 }));
    expect(answer.json).toMatchObject({ issues: [{ path: 'unreadField', message: 'is no field of this call' }] });
  });

  it('refuses fields where it reads none', async () => {
    const elsewhere = isRead ? { ...call, method: 'GET', body: { page: 1 } } : { ...call, path: `${call.path}?page=1` };
    const misplaced = await callApi(elsewhere);
    expect(problemCode(misplaced)).toBe('INVALID_INPUT');
    expect(misplaced.json.detail).toMatch(/^page: must be in the (query|body)/);
    for (const [, name = ''] of route.path.matchAll(/\{(\w+)\}/g)) {
      const twice = await callApi(sentWith({ [name]: '7' }));
      expect(twice.json).toMatchObject({ issues: [{ path: name, message: 'is in the path already' }] });
    }
  });
});

it('explains where the idempotency key goes', async () => {
  const body = { jobName: 'echo', idempotencyKey: 'order-7' };
  const answer = await callApi({ method: 'POST', path: '/api/admin/jobs/enqueue', body });
  expect(answer.json.detail).toBe('idempotencyKey: is no field of this call; send it as the header Idempotency-Key');
});
