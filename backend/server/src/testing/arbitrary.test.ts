import { contract } from '@job-manager/shared/contract/index';
import { clientMessage } from '@job-manager/shared/live-client';
import { traverseContractProcedures } from '@orpc/server';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { type KnownValues, sampleInputs } from './arbitrary.js';

/** What a schema turns from text into something else, its JSON Schema calls just text. */
const known = {
  refresh: ['true', 'false'],
  includePast: ['true', 'false'],
  compare: ['true', 'false'],
  measures: ['completed'],
  email: ['person@example.test'],
  // A pattern and pairs that go together: drawn blindly they almost never fit.
  channel: ['default'],
  rateLimit: [100],
  ratePeriodMs: [1_000],
  retry: [{ backoffMs: 1_000 }],
  // The action of a bulk operation defines what its filter may name.
  action: ['reschedule'],
  filter: [{ jobName: 'echo' }],
};

/**
 * Fields that one call alone has: only a force-fail has a grace, kinds of destinations are no kinds of rules, and of
 * one kind none has a URL.
 */
const knownOf: Record<string, KnownValues> = {
  // An own role needs `view`, and a limit goes with some permissions alone.
  'roles.create': { permissions: [['view', 'run']], jobPatterns: [['media-*'], null] },
  'roles.change': { permissions: [['view', 'run']], jobPatterns: [['media-*'], null] },
  'tokens.create': { permissions: [['view', 'run']], jobPatterns: [['media-*'], null] },
  'users.create': { role: ['USER'] },
  'users.changeRole': { role: ['USER'] },
  'bulk.preview': { graceMs: [undefined] },
  'alerts.createDestination': { kind: ['EMAIL'], emails: [['person@example.test']], url: [undefined] },
  'issues.muteIssue': { key: ['failing echo'] },
  'system.events': { before: ['2026-01-01T00:00:00.000Z runner-1'] },
};

const schemas: [name: string, schema: z.ZodType][] = [['the socket', clientMessage]];
traverseContractProcedures({ router: contract, path: [] }, ({ contract: call, path }) => {
  const schema = call['~orpc'].inputSchema;
  if (schema instanceof z.ZodType) schemas.push([path.join('.'), schema]);
});

it.each(schemas)('draws inputs for %s that it mostly lets in', (name, schema) => {
  const drawn = sampleInputs(schema, { seed: 1, count: 100, known: { ...known, ...knownOf[name] } });
  const letIn = drawn.filter((value) => schema.safeParse(value).success);
  expect(letIn.length).toBeGreaterThan(10);
});

it('draws the same for the same seed, and known values more often than others', () => {
  const schema = z.object({ jobName: z.string() });
  const options = { seed: 7, count: 100, known: { jobName: ['known'] } };
  const drawn = sampleInputs(schema, options);
  expect(sampleInputs(schema, options)).toEqual(drawn);
  const known = drawn.filter((value) => (value as { jobName: string }).jobName === 'known');
  expect(known.length).toBeGreaterThan(50);
});
