import { isFull } from '@job-manager/engine/testing/size';
import { type ApiRoute, listRoutes } from '@job-manager/server/http/routes';
import { callOf } from '@job-manager/server/testing/access-test-kit';
import { originContexts } from '@job-manager/server/testing/contexts-test-kit';
import {
  type AccessGround,
  identitiesOn,
  type Knocking,
  refusal,
  type Taken,
} from '@job-manager/server/testing/identities-test-kit';
import { contract } from '@job-manager/shared/contract/index';
import { problem } from '@job-manager/shared/errors';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Exchange, endExchanges, exchange } from './fuzz/exchange.js';
import { createPerson, SECRET } from './world/people.js';
import { reportFinding } from './world/report.js';
import { requestPlaces } from './world/request-places.js';
import { World } from './world/world.js';

const AT_ONCE = 16;
const routes = listRoutes(contract);
/** In the small form these alone: the tests of the API call all of them, one thing at a time. */
const fewRoutes = ['jobs.history', 'jobs.cancel', 'auth.logout'];
/** And in the small form these alone call from every place: a stranger, a known person, a program. */
const fewCallers = ['anonymous', 'SUPER_ADMIN', 'a program that may do all that programs may'];
/** As JSON it would be the same call; no page of another site can send that without a preflight request. */
const formBodies = ['text/plain', 'application/x-www-form-urlencoded'];

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(async () => {
  endExchanges();
  await world?.close();
});

interface Case {
  title: string;
  route: ApiRoute;
  knocking: Knocking;
  how: 'cookie' | 'bearer';
  headers: Record<string, string>;
  /** The codes that it may be refused with; null: it must come in. */
  allowed: (string | null)[];
}

it('lets in exactly the callers that the table of permissions allows, from the places it allows', async () => {
  const ground = await accessGround();
  const identities = Object.entries(identitiesOn(ground));
  const chosen = routes.filter(({ name }) => isFull || fewRoutes.includes(name));
  expect(chosen.length).toBeGreaterThanOrEqual(isFull ? routes.length : fewRoutes.length);
  const cases = identities.flatMap(([who, knocking]) => chosen.flatMap((route) => casesOf(who, knocking, route)));
  const tokens = new Map<string, Promise<string | undefined>>();
  const wrong: string[] = [];
  const refused: Record<string, number> = {};

  const queue = cases.values();
  const lane = async () => {
    for (const each of queue) {
      const answer = await call(each, tokens);
      const code = codeOf(answer);
      refused[code ?? 'none'] = (refused[code ?? 'none'] ?? 0) + 1;
      if (!isRight(each, answer, code)) wrong.push(`${each.title}: ${answer.status} ${answer.text.slice(0, 200)}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  expect(wrong.slice(0, 20)).toEqual([]);

  const codes = GATE.map((code) => `${refused[code] ?? 0} × ${code}`);
  const [origins, places] = [originContexts, requestPlaces].map((each) => Object.keys(each).length);
  const counts = `${chosen.length} calls × ${identities.length} identities × ${origins} origins and ${places} places`;
  const owed = chosen.length * identities.length * 2;
  reportFinding('who may call what, from where', [{ what: counts, count: cases.length, target: owed }], NO_RUNS, codes);
});

function casesOf(who: string, knocking: Knocking, route: ApiRoute): Case[] {
  const { is, isByCookie = is } = knocking;
  const title = (more: string) => `${route.method} ${route.path} as ${who} ${more}`;
  const contexts = Object.entries(originContexts).filter(
    ([name]) => route.method !== 'GET' || READ_FROM.includes(name),
  );
  const fromPlaces = contexts.flatMap(([name, { headers, from }]) => {
    const given = { route, knocking, headers: headers(world.url) };
    const byCookie = { ...given, how: 'cookie' as const, title: title(`by cookie with ${name}`) };
    const byBearer = { ...given, how: 'bearer' as const, title: title(`by bearer with ${name}`) };
    const isAnonymous = who === 'anonymous';
    return [
      { ...byCookie, allowed: [expectedByCookie(route, isByCookie, from, isAnonymous)] },
      ...(isAnonymous ? [] : [{ ...byBearer, allowed: [refusal(route, is)] }]),
    ];
  });
  const elsewhere = isFull || fewCallers.includes(who) ? fromElsewhere(who, knocking, route) : [];
  const all = [...fromPlaces, ...elsewhere];
  return route.method === 'GET' ? all : [...all, ...disguised(route, knocking, is, title)];
}

/** The same call by other host names, with headers of untrusted proxies, and from pages of other sites. */
function fromElsewhere(who: string, knocking: Knocking, route: ApiRoute): Case[] {
  const { is, isByCookie = is } = knocking;
  const isAnonymous = who === 'anonymous';
  return Object.entries(requestPlaces).flatMap(([name, { headers, isOurHost, from }]) => {
    const given = { route, knocking, headers: headers(new URL(world.url)) };
    const title = `${route.method} ${route.path} as ${who} with ${name}`;
    const isForeignRead = route.method === 'GET' && 'sec-fetch-site' in given.headers && route.policy !== 'public';
    const byCookie =
      from === 'foreign' && isForeignRead ? 'FOREIGN_ORIGIN' : expectedByCookie(route, isByCookie, from, isAnonymous);
    const cookie = { ...given, how: 'cookie' as const, title: `${title} by cookie` };
    const bearer = { ...given, how: 'bearer' as const, title: `${title} by bearer` };
    return [
      { ...cookie, allowed: [isOurHost ? byCookie : 'FOREIGN_HOST'] },
      ...(isAnonymous ? [] : [{ ...bearer, allowed: [isOurHost ? refusal(route, is) : 'FOREIGN_HOST'] }]),
    ];
  });
}

/** None was started. */
const NO_RUNS = { runs: 0, lost: 0, doubled: 0, stuck: 0 };

/** Reading changes nothing, wherever the request comes from: no other site sees the answer. */
const READ_FROM = ['our own Origin alone', 'a foreign Origin', 'no Origin at all'];

function expectedByCookie(route: ApiRoute, is: Taken, from: string, isAnonymous: boolean): string | null {
  // Both steps of signing in would sign a browser in to another person's account.
  const needsProof = !isAnonymous || route.path.startsWith('/auth/login');
  const isProven = route.method === 'GET' || from === 'own' || (from === 'absent' && !needsProof);
  return isProven ? refusal(route, is) : 'FOREIGN_ORIGIN';
}

/** Writes in what a form can send, and writes that pretend to be reads. */
function disguised(route: ApiRoute, knocking: Knocking, is: Taken, title: (more: string) => string): Case[] {
  const own = { origin: world.url };
  const bodies = formBodies.map((type) => ({
    ...{ route, knocking, how: 'bearer' as const, title: title(`as ${type}`) },
    headers: { ...own, 'content-type': type },
    // The gate comes first only where the body may be large.
    allowed: ['UNSUPPORTED_TYPE', ...(refusal(route, is) === null ? [] : [refusal(route, is)])],
  }));
  const read = { ...route, method: 'GET' };
  const twin = routes.find(({ method, path }) => method === 'GET' && path === route.path);
  const override = {
    ...{ route: read, knocking, how: 'bearer' as const, title: title('as a GET that claims POST') },
    headers: { ...own, 'x-http-method-override': route.method },
    allowed: [twin ? refusal(twin, is) : 'METHOD_NOT_ALLOWED', 'METHOD_NOT_ALLOWED', 'NOT_FOUND', 'UNKNOWN_RUN'],
  };
  return [...bodies, override];
}

async function call({ route, knocking, how, headers }: Case, tokens: Map<string, Promise<string | undefined>>) {
  const token = await tokenTo(route, knocking, tokens);
  const shown: Record<string, string> =
    token === undefined
      ? {}
      : how === 'cookie'
        ? { cookie: `jm_session=${token}` }
        : { authorization: `Bearer ${token}` };
  const { method = 'GET', path, body } = callOf(route);
  const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  return exchange(world.url, {
    ...{ name: route.name, method, path, isMeantWell: false },
    headers: { ...type, ...shown, ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

const ids = new WeakMap<Knocking, string>();
let lastId = 0;

/** Signing out is the one call that a token can't be used after. */
function tokenTo(route: ApiRoute, knocking: Knocking, tokens: Map<string, Promise<string | undefined>>) {
  if (route.name === 'auth.logout') return knocking.token();
  const id = ids.get(knocking) ?? String(++lastId);
  ids.set(knocking, id);
  const known = tokens.get(id) ?? knocking.token();
  tokens.set(id, known);
  return known;
}

function codeOf({ type, text }: Exchange): string | null {
  return type.startsWith('application/problem+json') ? problem.strict().parse(JSON.parse(text)).code : null;
}

const GATE = ['SIGNED_OUT', 'FORBIDDEN', 'FOREIGN_ORIGIN', 'FOREIGN_HOST'];

function isRight({ allowed }: Case, { status }: Exchange, code: string | null): boolean {
  if (status >= 500) return false;
  return allowed.some((each) => (each === null ? !GATE.includes(code ?? '') : each === code));
}

/** No account here has a password: checking one takes its time. */
async function accessGround(): Promise<AccessGround> {
  const { pool } = world.database;
  const person = async (role: 'USER' | 'ADMIN' | 'SUPER_ADMIN') => (await createPerson(pool, role)).id;
  return {
    secret: SECRET,
    people: { USER: await person('USER'), ADMIN: await person('ADMIN'), SUPER_ADMIN: await person('SUPER_ADMIN') },
    begin: async (userId) => {
      const { rows } = await pool.query(BEGIN, [userId]);
      return { ...rows[0], userId };
    },
    newAdmin: () => person('ADMIN'),
    run: (sql, ...values) => pool.query(sql, values),
  };
}

const BEGIN = `
INSERT INTO "Session" ("userId", "expiresAt") SELECT id, clock_timestamp() + interval '1 hour' FROM "User" WHERE id = $1
RETURNING id, "expiresAt", (SELECT "tokenVersion" FROM "User" WHERE id = $1) AS "tokenVersion"`;
