import type { IncomingMessage } from 'node:http';
import type { Config } from '@job-manager/engine/config';
import type { SessionOrigin } from '@job-manager/engine/store/sessions';
import type { Sql } from '@job-manager/engine/store/sql';
import { findEndedToken, isApiToken } from './api-tokens.js';
import type { HostUsers } from './host-users.js';
import type { Refusals } from './refusals.js';
import { readBearer, readCookie } from './request.js';
import type { Sessions } from './sessions.js';

interface Deps {
  sql: Sql;
  sessions: Sessions | HostUsers;
  refusals: Refusals;
  config: Pick<Config, 'PUBLIC_URL' | 'TRUST_PROXY'>;
}

/** Leaves a trace of the credential that a request carries in vain. */
export type TraceCredential = (request: IncomingMessage, target: string, from: SessionOrigin) => Promise<void>;

/**
 * Traces of API tokens that are revoked, expired or invented, and of session tokens that aren't ours: one entry per network
 * and minute, which never has the token itself. A session that has ended, as each does, leaves none.
 */
export function createCredentialTrace({ sql, sessions, refusals, config }: Deps): TraceCredential {
  return async (request, target, from) => {
    const bearer = readBearer(request);
    const denied = { action: 'access.denied' as const, actorId: null, target, ...from };
    if (bearer !== undefined && isApiToken(bearer)) {
      await refusals.recordOnce('API token', from.ip, async () => {
        const ended = await findEndedToken(sql, bearer);
        if (ended === null) return { ...denied, actorEmail: null, details: { reason: 'unknown API token' } };
        const reason = ended.isRevoked ? 'revoked API token' : 'expired API token';
        return { ...denied, actorEmail: `token ${ended.name}`, tokenId: ended.id, details: { reason } };
      });
      return;
    }
    // What else is accepted there is the host application's business.
    if (sessions.accounts === 'host') return;
    const token = bearer ?? readCookie(request, config);
    if (token === undefined || token === '' || (await sessions.isOwnToken(token))) return;
    const reason = 'session token that this server did not sign';
    await refusals.recordOnce('session token', from.ip, () => ({ ...denied, actorEmail: null, details: { reason } }));
  };
}
