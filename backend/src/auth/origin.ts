import type { IncomingMessage } from 'node:http';
import type { Config } from '../config.js';
import { hostOf } from './request.js';

type ProxySettings = Pick<Config, 'PUBLIC_URL' | 'TRUST_PROXY'>;

/** Whose page sent a request: our own, somebody else's, or no page that says so (programs send no Origin). */
export type OriginVerdict = 'own' | 'foreign' | 'absent';

/**
 * Tells whether a browser sent the request from our own pages. Whatever a cookie alone authorises (writes,
 * sign-in, the socket) must come from `own`.
 */
export function judgeOrigin(request: IncomingMessage, config: ProxySettings): OriginVerdict {
  const site = request.headers['sec-fetch-site'];
  const { origin } = request.headers;
  if (origin === 'null' || site === 'cross-site' || site === 'same-site') return 'foreign';
  // Browsers set this header themselves and send it to trustworthy addresses only; elsewhere Origin must do.
  if (site === 'same-origin') return 'own';
  if (origin === undefined) return 'absent';
  return isOwn(origin, request, config) ? 'own' : 'foreign';
}

/** What a browser would have to send as Origin, and which settings say so: for the operator of a proxy in front of us. */
export function describeOwnOrigin(request: IncomingMessage, config: ProxySettings): string {
  const { origin } = request.headers;
  const host = hostOf(request, config);
  const own = config.PUBLIC_URL === undefined ? [] : [new URL(config.PUBLIC_URL).origin];
  if (host !== undefined) own.push(`http://${host}`, `https://${host}`);
  const came = origin === undefined ? 'no Origin' : `the Origin ${origin.slice(0, 200)}`;
  return `This came with ${came}, and the panel's own is ${own.join(' or ')}; behind a reverse proxy set PUBLIC_URL to the address that browsers use, or TRUST_PROXY.`;
}

function isOwn(origin: string, request: IncomingMessage, config: ProxySettings): boolean {
  if (config.PUBLIC_URL !== undefined && origin === new URL(config.PUBLIC_URL).origin) return true;
  const host = hostOf(request, config);
  // A proxy may take the TLS off without telling, so the scheme can't be compared; host and port are.
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}
