import { type LookupAddress, lookup } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isPrivateAddress } from './private-addresses.js';

/** Name resolution, connection, answer and all. */
const TIMEOUT_MS = 10_000;
/** Of an answer, for its description. */
const MAX_READ = 300;

export interface OutgoingRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
  /** Whether it may lead to private addresses. */
  mayBePrivate: boolean;
  /** Resolves names; another in tests. */
  resolve?: typeof lookup;
}

/** What a receiver answered: its status, and the beginning of its text. */
export interface OutgoingAnswer {
  status: number;
  text: string;
}

/** The request was not made, because of where it leads to. */
export class ForbiddenAddress extends Error {}

/**
 * Posts to an address that a person chose. The address connected to is the one that was checked, so a name that resolves
 * differently the next time gains nothing; redirects are answers, and never followed. Rejects where there is no answer in time.
 */
export function post({ url, headers, body, mayBePrivate, resolve = lookup }: OutgoingRequest): Promise<OutgoingAnswer> {
  const target = new URL(url);
  const host = target.hostname.replace(/^\[|\]$/g, '');
  // No name is resolved for an address.
  if (isIP(host) !== 0 && !mayBePrivate && isPrivateAddress(host)) return Promise.reject(forbidden(host));
  const request = target.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((answer, reject) => {
    const sent = request(target, {
      method: 'POST',
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)), 'user-agent': 'job-manager-alerts' },
      // A connection that was opened for another request was checked for another.
      agent: false,
      lookup: mayBePrivate ? undefined : checkedLookup(resolve),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    sent.on('error', (error) => reject(error.name === 'TimeoutError' || error.name === 'AbortError' ? LATE : error));
    sent.on('response', (response) => {
      let text = '';
      const end = () => answer({ status: response.statusCode ?? 0, text });
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text = (text + part).slice(0, MAX_READ);
        if (text.length < MAX_READ) return;
        // However long the rest is.
        end();
        response.destroy();
      });
      response.on('end', end);
      response.on('error', reject);
    });
    sent.end(body);
  });
}

const LATE = new Error(`No answer within ${TIMEOUT_MS / 1_000} s`);

const forbidden = (host: string): ForbiddenAddress =>
  new ForbiddenAddress(`${host} leads to a private address; the setting ALERTS_PRIVATE_ADDRESSES=on allows that`);

/** Resolves a name to its public addresses, and fails where it has a private one: which one is used is not ours to choose. */
const checkedLookup =
  (resolve: typeof lookup): LookupFunction =>
  (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, '');
      const found: LookupAddress[] = addresses;
      const [first] = found;
      if (!first || found.some(({ address }) => isPrivateAddress(address))) return done(forbidden(host), '');
      if (options.all) return done(null, found);
      done(null, first.address, first.family);
    });
  };
