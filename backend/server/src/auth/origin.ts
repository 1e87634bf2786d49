import type { IncomingMessage } from 'node:http';
import type { Config } from '@job-manager/engine/config';
import { hostOf } from './request.js';

type ProxySettings = Pick<Config, 'PUBLIC_URL' | 'TRUST_PROXY'>;

/** Whose page sent a request: our own, a foreign one, or no page at all (programs send no Origin). */
export type OriginVerdict = 'own' | 'foreign' | 'absent';

/**
 * Whether a browser sent the request from our own pages. Whatever a cookie alone authorises (writes,
 * sign-in, the socket) must come from `own`. Where PUBLIC_URL is set, its origin is the only one.
 */
export function judgeOrigin(request: IncomingMessage, config: ProxySettings): OriginVerdict {
  const site = request.headers['sec-fetch-site'];
  const { origin } = request.headers;
  if (origin === 'null' || isFromOtherSite(request)) return 'foreign';
  if (config.PUBLIC_URL !== undefined) {
    if (origin === undefined) return 'absent';
    return origin === new URL(config.PUBLIC_URL).origin ? 'own' : 'foreign';
  }
  // Browsers set this header themselves and send it to trustworthy addresses only; elsewhere Origin must do.
  if (site === 'same-origin') return 'own';
  if (origin === undefined) return 'absent';
  return listOwnOrigins(request, config).includes(origin) ? 'own' : 'foreign';
}

/** Whether a browser marked the request as that of a page of another site, or of another port or subdomain of ours. */
export function isFromOtherSite({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  return site === 'cross-site' || site === 'same-site';
}

/**
 * What a browser would have to send as Origin, and which settings demand it: for the operator of a proxy in front of
 * us.
 */
export function describeOwnOrigin(request: IncomingMessage, config: ProxySettings): string {
  const { origin } = request.headers;
  const came = origin === undefined ? 'no Origin' : `the Origin ${origin.slice(0, 200)}`;
  const own = listOwnOrigins(request, config).join(' or ');
  return `This came with ${came}, and the panel's own is ${own}; behind a reverse proxy set PUBLIC_URL to the address that browsers use, or TRUST_PROXY.`;
}

function listOwnOrigins(request: IncomingMessage, config: ProxySettings): string[] {
  if (config.PUBLIC_URL !== undefined) return [new URL(config.PUBLIC_URL).origin];
  const host = hostOf(request, config);
  // A proxy may take the TLS off without telling, so the scheme can't be compared; host and port are.
  return host === undefined ? [] : [`http://${host}`, `https://${host}`];
}
