import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Config } from '@job-manager/engine/config';
import { isFromTrustedProxy } from './proxies.js';

type ProxySettings = Pick<Config, 'PUBLIC_URL' | 'TRUST_PROXY'>;

/** Whether the browser uses https, directly or to the reverse proxy before us. */
export function isSecure(request: IncomingMessage, config: ProxySettings): boolean {
  if (config.PUBLIC_URL?.startsWith('https:')) return true;
  if ((request.socket as TLSSocket).encrypted) return true;
  return firstOf(request.headers['x-forwarded-proto']) === 'https' && isFromTrustedProxy(request, config);
}

/** The host the browser addressed, with its port; where PUBLIC_URL is set, its host, whatever a header names. */
export function hostOf(request: IncomingMessage, config: ProxySettings): string | undefined {
  if (config.PUBLIC_URL !== undefined) return new URL(config.PUBLIC_URL).host;
  const forwarded = firstOf(request.headers['x-forwarded-host']);
  const isTrue = forwarded !== undefined && isFromTrustedProxy(request, config);
  return (isTrue ? forwarded : request.headers.host)?.toLowerCase();
}

/** `__Host-` makes browsers refuse the cookie from a subdomain or over plain http. */
export const cookieName = (secure: boolean): string => (secure ? '__Host-jm_session' : 'jm_session');

/** The same for what a browser brings with its code, between the two steps of signing in. */
export const challengeCookieName = (secure: boolean): string => (secure ? '__Host-jm_sign_in' : 'jm_sign_in');

/** The session cookie of a request, or one of another name, if it has one. */
export function readCookie(request: IncomingMessage, config: ProxySettings, nameOf = cookieName): string | undefined {
  const wanted = nameOf(isSecure(request, config));
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = pair.split('=', 2);
    if (name?.trim() === wanted) return value?.trim();
  }
  return undefined;
}

/** The bearer token of a request; undefined when it carries none. Other schemes belong to proxies before us. */
export function readBearer(request: IncomingMessage): string | undefined {
  const header = request.headers.authorization;
  return header !== undefined && /^bearer(\s|$)/i.test(header) ? header.slice('bearer'.length).trim() : undefined;
}

function firstOf(header: string | string[] | undefined): string | undefined {
  return (Array.isArray(header) ? header[0] : header)?.split(',')[0]?.trim();
}
