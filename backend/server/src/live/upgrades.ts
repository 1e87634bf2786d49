import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Config } from '@job-manager/engine/config';
import type { SessionOrigin } from '@job-manager/engine/store/sessions';
import type { Logger } from 'pino';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { WebSocket, WebSocketServer } from 'ws';
import { network } from '../auth/attempts.js';
import type { HostUsers } from '../auth/host-users.js';
import { describeForeignHost, findForeignHost } from '../auth/hosts.js';
import type { Identity } from '../auth/identity.js';
import { describeOwnOrigin, judgeOrigin } from '../auth/origin.js';
import { addressOf } from '../auth/proxies.js';
import type { Refusals } from '../auth/refusals.js';
import type { TraceCredential } from '../auth/refused-credentials.js';
import type { Sessions } from '../auth/sessions.js';

/** Upgrades without a session from one network. A panel whose session has ended tries once. */
const MAX_STRANGERS_PER_MINUTE = 60;

export interface UpgradesOptions {
  server: Server;
  /** Where the application that embeds us has mounted us, such as `/ops/jobs`; left out where the server is our own. */
  mount?: string;
  config: Config;
  sessions: Pick<Sessions | HostUsers, 'authenticate'>;
  refusals: Refusals;
  traceCredential: TraceCredential;
  log: Logger;
}

/** Who opens a socket, and on what. */
export interface Caller {
  request: IncomingMessage;
  stream: Duplex;
  identity: Identity | null;
  from: SessionOrigin;
}

/**
 * Turns requests for `/ws` into sockets: from our own pages and hosts only. Whether a caller may watch is judged after
 * the upgrade, because a browser shows its page no status of a failed one.
 */
export class Upgrades {
  readonly #options: UpgradesOptions;
  readonly #sockets: WebSocketServer;
  readonly #onSocket: (socket: WebSocket, caller: Caller) => void;
  readonly #strangers = new RateLimiterMemory({ points: MAX_STRANGERS_PER_MINUTE, duration: 60 });

  constructor(
    options: UpgradesOptions,
    sockets: WebSocketServer,
    onSocket: (socket: WebSocket, caller: Caller) => void,
  ) {
    this.#options = options;
    this.#sockets = sockets;
    this.#onSocket = onSocket;
    options.server.on('upgrade', this.#upgrade);
  }

  close(): void {
    this.#options.server.off('upgrade', this.#upgrade);
  }

  readonly #upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    if (pathOf(request) === `${this.#options.mount ?? ''}/ws`) void this.#open(request, stream, head);
    else if (this.#isForUsAlone) refuse(stream, '404 Not Found');
  };

  /** The application around us may have sockets of its own, on other paths of the same server. */
  get #isForUsAlone(): boolean {
    return this.#options.mount === undefined || this.#options.server.listenerCount('upgrade') === 1;
  }

  async #open(request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    stream.on('error', () => stream.destroy());
    try {
      const { config, sessions, traceCredential } = this.#options;
      const from = { ip: addressOf(request, config), userAgent: request.headers['user-agent'] ?? null };
      const foreignHost = findForeignHost(request, config);
      if (foreignHost !== null) {
        await this.recordRefusal(from, null, `the host ${foreignHost.slice(0, 200)}`);
        return refuse(stream, '421 Misdirected Request', describeForeignHost(foreignHost));
      }
      // Before anything else: a foreign page must not even learn whether its visitor is signed in here.
      if (judgeOrigin(request, config) === 'foreign') {
        await this.recordRefusal(from, null, 'a page of another site');
        return refuse(stream, '403 Forbidden', describeOwnOrigin(request, config));
      }
      const identity = await sessions.authenticate(request);
      if (identity === null) {
        await traceCredential(request, this.#target, from);
        await this.recordRefusal(from, null, 'not signed in');
        if (!(await this.#mayAsk(from))) return refuse(stream, '429 Too Many Requests', 'Try again in a minute.');
      }
      this.#sockets.handleUpgrade(request, stream, head, (socket) =>
        this.#onSocket(socket, { request, stream, identity, from }),
      );
    } catch (error) {
      this.#options.log.warn({ err: error }, 'A socket could not be opened');
      refuse(stream, '503 Service Unavailable');
    }
  }

  get #target(): string {
    return `GET ${this.#options.mount ?? ''}/ws`;
  }

  /** Adds a refusal to the audit log, once per network and minute. */
  async recordRefusal(from: SessionOrigin, identity: Identity | null, reason: string): Promise<void> {
    await this.#options.refusals.recordOnce('socket', from.ip, () => ({
      actorId: identity?.user?.id ?? null,
      actorEmail: identity?.apiToken ? `token ${identity.apiToken.name}` : (identity?.user?.email ?? null),
      tokenId: identity?.apiToken?.id,
      ...from,
      action: 'access.denied',
      target: this.#target,
      details: { reason },
    }));
  }

  /** Whether a network has requested no more sockets without a session than it may. */
  #mayAsk({ ip }: SessionOrigin): Promise<boolean> {
    return this.#strangers.consume(network(ip)).then(
      () => true,
      () => false,
    );
  }
}

/** Undefined for an address that is none. */
function pathOf(request: IncomingMessage): string | undefined {
  try {
    return new URL(request.url ?? '', 'http://localhost').pathname;
  } catch {
    return undefined;
  }
}

function refuse(stream: Duplex, status: string, text = ''): void {
  stream.on('error', () => stream.destroy());
  const head = [
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
  ];
  stream.end(`HTTP/1.1 ${status}\r\n${head.join('\r\n')}\r\n\r\n${text}`);
}
