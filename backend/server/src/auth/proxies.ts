import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Config } from '@job-manager/engine/config';
import { compileTrust, type Trust } from '@job-manager/engine/proxy-trust';
import type { Request } from 'express';
import proxyAddr from 'proxy-addr';

type TrustSetting = Config['TRUST_PROXY'];

const FORWARDED_HEADERS = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'forwarded'] as const;

const compiled = new Map<TrustSetting, Trust>();

/**
 * The trust that holds for a request: where TRUST_PROXY isn't set, that of the application which mounted us. Sockets
 * come without an application.
 */
function trustFor(request: IncomingMessage, setting: TrustSetting): Trust {
  const ofApplication = (request as Partial<Request>).app?.get('trust proxy fn') as Trust | undefined;
  if (ofApplication !== undefined) return ofApplication;
  const known = compiled.get(setting) ?? compileTrust(setting);
  compiled.set(setting, known);
  return known;
}

/** Whether the request comes straight from a proxy of ours, so that its `X-Forwarded-*` headers count. */
export function isFromTrustedProxy(request: IncomingMessage, { TRUST_PROXY }: Pick<Config, 'TRUST_PROXY'>): boolean {
  const address = request.socket.remoteAddress;
  return address !== undefined && trustFor(request, TRUST_PROXY)(address, 0);
}

/**
 * The address a request comes from, past the proxies of ours. Null where that proxy names something that is no address.
 */
export function addressOf(request: IncomingMessage, { TRUST_PROXY }: Pick<Config, 'TRUST_PROXY'>): string | null {
  if (request.socket.remoteAddress === undefined) return null;
  return readAddress(proxyAddr(request, trustFor(request, TRUST_PROXY)));
}

/** An IP address as some proxies write it, with its port or in brackets; null for anything else. */
export function readAddress(text: string): string | null {
  if (isIP(text) !== 0) return text;
  const [, bracketed, plain] = /^(?:\[([^\]]+)\]|([^:]+))(?::\d{1,5})?$/.exec(text) ?? [];
  const address = bracketed ?? plain ?? '';
  return isIP(address) === 0 ? null : address;
}

/** A proxy that names the browser's address, and is not trusted to: all clients behind it count as one. */
export interface UntrustedProxy {
  address: string;
  header: string;
}

/** Long enough for an operator to see it, and gone a while after the setting was corrected. */
const REMEMBERED_MS = 15 * 60_000;

/** Watches for `X-Forwarded-*` headers that are ignored. `onFirst` runs once, for the first one in this process. */
export class ForwardedHeaderWatch {
  readonly #onFirst: (proxy: UntrustedProxy) => void;
  readonly #now: () => number;
  #last: { proxy: UntrustedProxy; at: number } | undefined;

  constructor(onFirst: (proxy: UntrustedProxy) => void, now = () => performance.now()) {
    this.#onFirst = onFirst;
    this.#now = now;
  }

  observe(request: IncomingMessage, config: Pick<Config, 'TRUST_PROXY'>): void {
    const header = FORWARDED_HEADERS.find((name) => name in request.headers);
    const address = request.socket.remoteAddress;
    if (header === undefined || address === undefined || isFromTrustedProxy(request, config)) return;
    const proxy = { address, header };
    if (this.#last === undefined) this.#onFirst(proxy);
    this.#last = { proxy, at: this.#now() };
  }

  /** The latest one of the last 15 minutes. */
  get recent(): UntrustedProxy | null {
    return this.#last && this.#now() - this.#last.at < REMEMBERED_MS ? this.#last.proxy : null;
  }
}

/** What an operator has to know and do about it. */
export const describeUntrustedProxy = ({ address, header }: UntrustedProxy): string =>
  `Requests from ${address} carry ${header}, which is ignored because TRUST_PROXY does not name that address. If it is your reverse proxy, all people behind it count as one address: set TRUST_PROXY to ${address}, or to the number of proxies.`;
