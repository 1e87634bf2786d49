import type { Actor } from '@job-manager/client/actor';
import type { Config } from '@job-manager/engine/config';
import type { ExternalRuns } from '@job-manager/engine/queue/external/runs';
import type { Queue } from '@job-manager/engine/queue/queue';
import type { Registry } from '@job-manager/engine/queue/registry';
import type { AuditPerson } from '@job-manager/engine/store/audit';
import type { SessionOrigin } from '@job-manager/engine/store/sessions';
import type { Request, Response } from 'express';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { HostUsers } from '../auth/host-users.js';
import type { HostIdentity, Identity, SessionIdentity } from '../auth/identity.js';
import { type ForwardedHeaderWatch, readAddress } from '../auth/proxies.js';
import type { Refusals } from '../auth/refusals.js';
import type { Sessions } from '../auth/sessions.js';
import type { RunnersHere } from '../built-in-runners.js';
import type { Health } from '../health/health-check.js';
import type { RequestTimes } from '../health/request-times.js';
import type { ApiRoute } from './routes.js';

/** The place of Job Manager in the application that embeds it. */
export interface HostPlace {
  /** Such as `/ops/jobs`; empty for the application's own root. */
  mount: string;
  /** The same as browsers see it: a proxy in between may strip a prefix. */
  publicPath: string;
  /** Where the panel sends people to sign in; `{next}` in it becomes the address they come from. */
  signInUrl?: string;
  /** Whether it has been started, and not been closed. */
  isOpen(): boolean;
}

/** Everything the HTTP application needs. */
export interface HttpDeps {
  config: Config;
  pool: pg.Pool;
  /** See `ServerEngine`. */
  queuePool: pg.Pool;
  queue: Queue;
  external: ExternalRuns;
  registry: Pick<Registry, 'definitions' | 'names'>;
  /** Our own people and their sessions, or the users of the application that embeds us. */
  sessions: Sessions | HostUsers;
  health: Health;
  /** Collects how long calls took; without it nothing is collected. */
  requests?: RequestTimes;
  forwarded: ForwardedHeaderWatch;
  refusals: Refusals;
  /** The built panel; without it only the API is served. */
  panelDir?: string;
  /**
   * Where the application that embeds us has mounted us, and where it signs people in. Left out where the server is our
   * own.
   */
  host?: HostPlace;
  /** Runners that this server may start; left out where it can't. */
  runnersHere?: RunnersHere;
  log: Logger;
}

/** The context of a call of the contract. */
export interface CallContext {
  req: Request;
  res: Response;
  route: ApiRoute;
  identity: Identity | null;
}

/** Where a request comes from, for sessions and the audit log. */
export const originOf = (req: Request): SessionOrigin => ({
  // A proxy may pass on any value that it was sent.
  ip: req.ip === undefined ? null : readAddress(req.ip),
  userAgent: req.get('user-agent')?.slice(0, 300) ?? null,
});

/** Who calls. Only for calls whose policy requires an identity. */
export function callerOf(context: CallContext): Identity {
  if (context.identity === null) throw new Error('A call that needs a signed-in user has a policy that requires none');
  return context.identity;
}

/** The person who calls, signed in. Only for calls whose policy lets no API token in. */
export function personOf(context: CallContext): SessionIdentity | HostIdentity {
  const identity = callerOf(context);
  if (identity.user === null) throw new Error('A call for people has a policy that lets API tokens in');
  return identity;
}

/** The person who calls, as changes to accounts write them into the audit log. */
export function auditPersonOf(context: CallContext): AuditPerson {
  const { user } = personOf(context);
  return { actorId: user.id, actorEmail: user.email, ...originOf(context.req) };
}

/** The caller as the engine writes them into the audit log. */
export function actorOf(context: CallContext): Actor {
  const { user, apiToken } = callerOf(context);
  const email = user === null ? `token ${apiToken.name}` : user.email;
  const token = { tokenId: apiToken?.id ?? null, ...(apiToken && { tokenName: apiToken.name }) };
  return { userId: user?.id ?? null, email, ...token, ...originOf(context.req) };
}
