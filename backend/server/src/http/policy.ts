import type { Policy } from '@job-manager/shared/contract/policy';
import type { PendingStep } from '@job-manager/shared/pending-steps';
import type { Permission } from '@job-manager/shared/permissions';
import type { Request } from 'express';
import { describeForeignHost, findForeignHost, isHostName } from '../auth/hosts.js';
import type { Identity } from '../auth/identity.js';
import { describeOwnOrigin, isFromOtherSite, judgeOrigin } from '../auth/origin.js';
import { createCredentialTrace } from '../auth/refused-credentials.js';
import { readBearer, readCookie } from '../auth/request.js';
import { type HttpDeps, originOf } from './context.js';
import { HttpProblem } from './problem.js';

/**
 * Decides whether a request may make a call, and returns who makes it (null: no identity). The role is the
 * database's of this moment. Throws 401 or 403 problems; a 403 leaves an audit entry.
 */
export type Gate = (
  req: Request,
  policy: Policy | undefined,
  alsoNeeds?: readonly Permission[],
) => Promise<Identity | null>;

/** Throws a 403 problem, and leaves its audit entry. */
export type Deny = (req: Request, identity: Identity | null, problem: HttpProblem) => Promise<never>;

export const createDeny =
  ({ refusals }: Pick<HttpDeps, 'refusals'>): Deny =>
  async (req, identity, problem) => {
    await refusals.record({
      actorId: identity?.user?.id ?? null,
      actorEmail: identity?.apiToken ? `token ${identity.apiToken.name}` : (identity?.user?.email ?? null),
      tokenId: identity?.apiToken?.id,
      source: sourceOf(identity),
      ...originOf(req),
      action: 'access.denied',
      target: targetOf(req),
    });
    throw problem;
  };

export function createGate(deps: Pick<HttpDeps, 'sessions' | 'pool' | 'config' | 'refusals'>): Gate {
  const { sessions, pool, config, refusals } = deps;
  const traceCredential = createCredentialTrace({ sql: pool, sessions, refusals, config });
  const deny = createDeny(deps);

  return async (req, policy, alsoNeeds = []) => {
    const identity = await sessions.authenticate(req, originOf(req));
    if (identity === null) await traceCredential(req, targetOf(req), originOf(req));
    const isProven =
      sessions.accounts === 'own'
        ? isFromOwnPage(req, config, policy)
        : isFromHostPage(req, config, { identity, policy });
    if (!isProven) return deny(req, identity, foreign(req, config));
    if (policy === 'public') return identity;
    if (identity === null) throw new HttpProblem('SIGNED_OUT', 'This call needs a signed-in user.');
    if (policy === 'session') return identity.user ? identity : deny(req, identity, NO_PERSON);
    const [step] = identity.pending;
    if (step !== undefined) return deny(req, identity, new HttpProblem('PENDING_STEP', PENDING[step]));
    if (policy === 'signedIn') return identity.user ? identity : deny(req, identity, NO_PERSON);
    // A call without a policy is refused.
    const missing = [policy, ...alsoNeeds].find((wanted) => !wanted || !identity.permissions.includes(wanted));
    if (policy !== undefined && missing === undefined) return identity;
    return deny(req, identity, new HttpProblem('FORBIDDEN', `This needs the permission "${missing}".`));
  };
}

/** Whose refusals are counted together; undefined where only the network is known. */
function sourceOf(identity: Identity | null): string | undefined {
  if (identity === null) return undefined;
  return identity.user ? `user ${identity.user.id}` : `token ${identity.apiToken.id}`;
}

const targetOf = (req: Request): string => `${req.method} ${pathOf(req)}`;

const PENDING: Record<PendingStep, string> = {
  changePassword: 'Another person chose your password: change it first, with POST /api/auth/password.',
  setUpSecondFactor:
    'This server requires a second factor of your role. Set one up first: on your account page, or with POST /api/auth/second-factor/begin and /confirm.',
};

const NO_PERSON = new HttpProblem('FORBIDDEN', 'This is for people who signed in; API tokens have no session.');

const foreign = (req: Request, config: HttpDeps['config']) =>
  new HttpProblem(
    'FOREIGN_ORIGIN',
    `Browsers may send this from the panel only; programs sign in at /api/auth/token and send the token as Bearer. ${describeOwnOrigin(req, config)}`,
  );

/** Throws a 421 problem where the request uses a host name that isn't ours, and a 400 problem where it is no name. */
export async function checkHost(
  req: Request,
  { config, refusals }: Pick<HttpDeps, 'config' | 'refusals'>,
): Promise<void> {
  const foreignHost = findForeignHost(req, config);
  if (foreignHost === null) return;
  if (!isHostName(foreignHost))
    throw new HttpProblem('INVALID_INPUT', 'The header Host is no host.', { field: 'Host' });
  await refusals.recordOnce('host', req.ip ?? null, () => ({
    actorId: null,
    actorEmail: null,
    ...originOf(req),
    action: 'access.denied',
    target: targetOf(req),
    details: { reason: 'unknown host', host: foreignHost.slice(0, 200) },
  }));
  throw new HttpProblem('FOREIGN_HOST', describeForeignHost(foreignHost));
}

/**
 * Whether a call comes from where it may. What a cookie authorises, and signing in by cookie, must come from
 * our own pages; a bearer token is proof enough, because no other site can send it.
 */
function isFromOwnPage(req: Request, config: HttpDeps['config'], policy: Policy | undefined): boolean {
  if (readBearer(req) !== undefined) return true;
  if (req.method === 'GET') return isReadable(req, policy);
  const verdict = judgeOrigin(req, config);
  const needsProof = readCookie(req, config) !== undefined || (policy === 'public' && setsCookie(req));
  return verdict === 'own' || (verdict === 'absent' && !needsProof);
}

/**
 * The same where the application that embeds us identifies callers: by which header it does so is its decision,
 * so credentials that a browser sends automatically need the proof.
 */
function isFromHostPage(
  req: Request,
  config: HttpDeps['config'],
  { identity, policy }: { identity: Identity | null; policy: Policy | undefined },
): boolean {
  if (identity?.apiToken) return true;
  if (req.method === 'GET') return isReadable(req, policy);
  const verdict = judgeOrigin(req, config);
  const isSentByItself =
    (req.headers.authorization !== undefined && readBearer(req) === undefined) || 'cookie' in req.headers;
  return verdict === 'own' || (verdict === 'absent' && !isSentByItself);
}

/**
 * Whether a page may have this read. Other sites see no answer, yet a read costs, and an export is written into the
 * audit log under the name of the person who views that page.
 */
const isReadable = (req: Request, policy: Policy | undefined): boolean => policy === 'public' || !isFromOtherSite(req);

const SET_COOKIES = ['/api/auth/login', '/api/auth/login/code'];
const setsCookie = (req: Request): boolean => SET_COOKIES.includes(pathOf(req));

/** The path of a request without its query. */
export const pathOf = (req: Request): string => req.originalUrl.split('?', 1)[0] ?? '/';
