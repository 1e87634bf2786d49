import { listRoutes } from '@job-manager/server/http/routes';
import { sampleInputs } from '@job-manager/server/testing/arbitrary';
import { contract } from '@job-manager/shared/contract/index';
import type * as z from 'zod';
import type { FuzzCall } from './call.js';
import { mutateToJson } from './mutate.js';
import { nastyJson, nastyParts } from './nasty.js';
import type { Population } from './population.js';
import type { Choices } from './random.js';
import { mutateTransport } from './transport.js';

/** What the contract defines of one call. */
export interface FuzzTarget {
  name: string;
  method: string;
  path: string;
  input: z.ZodType | undefined;
  output: z.ZodType | undefined;
  /** How often it is drawn. */
  weight: number;
}

/**
 * Calls that check or make a password take the processor some 50 ms each; the limit on sign-ins refuses most of those
 * anyway.
 */
const SLOW = ['auth.login', 'auth.token', 'auth.changePassword', 'users.create', 'users.resetPassword'];
/** Files of all there is. */
const HEAVY = ['audit.export', 'errors.export'];

/** Every call of the contract, and the addresses beside it. */
export function listTargets(): FuzzTarget[] {
  const calls = listRoutes(contract).map(({ name, method, path }) => {
    const { inputSchema, outputSchema } = definitionOf(name);
    const weight = SLOW.includes(name) ? 0.1 : HEAVY.includes(name) ? 0.2 : 1;
    return { name, method, path: `/api${path}`, input: inputSchema, output: outputSchema, weight };
  });
  const outside = ['/healthz', '/readyz', '/metrics', '/api/openapi.json', '/api/docs/', '/', '/admin/jobs', '/ws'];
  const others = outside.map((path) => ({
    name: path,
    method: 'GET',
    path,
    input: undefined,
    output: undefined,
    weight: 0.3,
  }));
  return [...calls, ...others];
}

function definitionOf(name: string): { inputSchema?: z.ZodType; outputSchema?: z.ZodType } {
  const found = name.split('.').reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], contract);
  return (found as { '~orpc': { inputSchema?: z.ZodType; outputSchema?: z.ZodType } })['~orpc'];
}

/** So many requests for one call: half of them as the contract wants them, half with one thing wrong. */
export function drawCalls(target: FuzzTarget, count: number, population: Population, choices: Choices): FuzzCall[] {
  const seed = choices.below(2 ** 31);
  const inputs = target.input
    ? sampleInputs(target.input, { seed, count, known: population.known })
    : Array.from({ length: count }, () => ({}));
  return inputs.map((input) => {
    const value = population.enrich(target.name, { ...(input as Record<string, unknown>) }, choices);
    return choices.chance(0.5)
      ? validCall(target, value, population, choices)
      : wrongCall(target, value, population, choices);
  });
}

function validCall(target: FuzzTarget, value: Record<string, unknown>, population: Population, choices: Choices) {
  const { path, rest } = fillPath(target.path, value, encodeURIComponent);
  const headers = population.headersFor(target.name, choices);
  const call = assemble(target, path, headers, { query: queryOf(rest), body: JSON.stringify(rest) });
  return { ...call, isMeantWell: true };
}

function wrongCall(
  target: FuzzTarget,
  value: Record<string, unknown>,
  population: Population,
  choices: Choices,
): FuzzCall {
  const kind = choices.below(4);
  if (kind === 0) {
    const call = validCall(target, value, population, choices);
    return { ...mutateTransport(call, choices), isMeantWell: false };
  }
  const isInPath = kind === 1 && target.path.includes('{');
  const { path, rest } = fillPath(target.path, value, isInPath ? () => choices.of(nastyParts) : encodeURIComponent);
  const headers = population.headersFor(target.name, choices);
  const parts = isInPath
    ? { query: queryOf(rest), body: JSON.stringify(rest) }
    : { query: wrongQuery(rest, choices), body: wrongBody(rest, choices) };
  return assemble(target, path, headers, parts);
}

const wrongBody = (rest: Record<string, unknown>, choices: Choices): string =>
  choices.chance(0.1) ? choices.of(nastyJson) : mutateToJson(rest, choices);

function wrongQuery(rest: Record<string, unknown>, choices: Choices): string {
  const good = queryOf(rest);
  const key = choices.of([...Object.keys(rest), 'page', 'unknown']);
  const part = choices.of(nastyParts);
  const wrong = [
    `${key}=${part}`,
    `${good}&${key}=${part}`,
    `${key}[]=${part}`,
    `${key}[a][b]=${part}`,
    `__proto__[x]=${part}&constructor=${part}`,
    '&&&=&=',
    `${`${key}=1&`.repeat(300)}`,
    `${key}`,
    part,
  ];
  return choices.of(wrong);
}

function fillPath(template: string, value: Record<string, unknown>, encode: (text: string) => string) {
  const rest = { ...value };
  const path = template.replace(/\{(\w+)\}/g, (_whole, name: string) => {
    const text = textOf(rest[name] ?? '1');
    delete rest[name];
    return encode(text);
  });
  return { path, rest };
}

function queryOf(value: Record<string, unknown>): string {
  const pairs = Object.entries(value).filter(([, part]) => part !== undefined);
  return pairs.map(([key, part]) => `${encodeURIComponent(key)}=${encodeURIComponent(textOf(part))}`).join('&');
}

/** Whole characters only: encodeURIComponent refuses halves. A drawn object may well have a toString that is none. */
const textOf = (part: unknown): string =>
  (typeof part === 'object' ? JSON.stringify(part) : String(part)).toWellFormed();

function assemble(
  { name, method, path: template }: FuzzTarget,
  path: string,
  headers: Record<string, string>,
  { query, body }: { query: string; body: string },
): FuzzCall {
  if (method === 'GET')
    return { name, method, path: query === '' ? path : `${path}?${query}`, headers, isMeantWell: false };
  const type = { 'content-type': 'application/json' };
  return { name: name || template, method, path, headers: { ...type, ...headers }, body, isMeantWell: false };
}
