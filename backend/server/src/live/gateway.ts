import type { IncomingMessage } from 'node:http';
import type { Listener } from '@job-manager/engine/store/listener';
import { type JobPatterns, keyOfJobPatterns } from '@job-manager/shared/job-patterns';
import { limits } from '@job-manager/shared/limits';
import { closeCodes } from '@job-manager/shared/live';
import { type ClientMessage, maxFollowed } from '@job-manager/shared/live-client';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import type { HostUsers } from '../auth/host-users.js';
import type { Identity } from '../auth/identity.js';
import type { Sessions } from '../auth/sessions.js';
import type { ActiveFeed } from './active-feed.js';
import type { AlertsFeed } from './alerts-feed.js';
import { parseClientMessage } from './client-message.js';
import type { RunTails } from './run-tails.js';
import type { RunnersFeed } from './runners-feed.js';
import { encode, type SharedMessage } from './shared-message.js';
import { type Caller, Upgrades, type UpgradesOptions } from './upgrades.js';
import { Viewer, type ViewerSocket } from './viewer.js';

const PING_MS = 30_000;
const CATCH_UP_MS = 250;
const MAX_MESSAGES_PER_MINUTE = 120;
/** What a socket ends with that was never closed: RFC 6455, section 7.1.5. */
const CLOSED_ABNORMALLY = 1006;
/** Come back: RFC 6455's registry calls it a service restart. */
const RESTART_CODE = 1012;
/** For the other end to close a refused socket. */
const REFUSED_CLOSE_MS = 2_000;
/** Bytes would be sent as a binary frame otherwise; large messages were compressed before, once for all viewers. */
const AS_TEXT = { binary: false, compress: false };
/** No message needs what came before it to be read, so the same bytes suit all viewers. */
const EACH_BY_ITSELF = { serverNoContextTakeover: true, clientNoContextTakeover: true };

/** What sockets are sent. */
export interface Feeds {
  active: ActiveFeed;
  tails: RunTails;
  runners: RunnersFeed;
  alerts: AlertsFeed;
}

export interface GatewayOptions extends UpgradesOptions, Feeds {
  sessions: Pick<Sessions | HostUsers, 'authenticate' | 'recheckMs'>;
  listener: Listener;
  /** The same of these jobs alone. */
  feedsWithin(patterns: JobPatterns): Feeds;
}

/** Viewers who see the same jobs, and so are sent the same bytes. */
interface Audience extends Feeds {
  /** Changes that were sent to all of it. */
  sent: number;
}

interface Connection {
  socket: WebSocket;
  request: IncomingMessage;
  userId: number;
  audience: Audience;
  viewer: Viewer;
  unwatch: () => void;
  /** How to stop following each run that is followed, the oldest first. */
  followed: Map<string, () => void>;
  /** Stops following the runners; undefined while they are not followed. */
  unfollowRunners?: () => void;
  isAlive: boolean;
  messagesThisMinute: number;
}

/** Serves the socket at `/ws`: operators only, from our own pages only, and only as long as they may. */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #sockets: WebSocketServer;
  readonly #upgrades: Upgrades;
  readonly #connections = new Set<Connection>();
  readonly #timers: NodeJS.Timeout[] = [];
  /** By the jobs that they see; they stay, and read nothing while no one watches. */
  readonly #audiences = new Map<string, Audience>();
  #opened = 0;
  #lost = 0;
  #isClosing = false;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxPayload: limits.socketFrameBytes,
      perMessageDeflate: EACH_BY_ITSELF,
    });
    this.#upgrades = new Upgrades(options, this.#sockets, (socket, caller) => this.#admit(socket, caller));
    this.#audienceOf(null);
    options.listener.on('access', (userId) => this.#recheck((connection) => String(connection.userId) === userId));
    options.listener.on('connected', () => this.#recheck());
    this.#every(PING_MS, () => this.#pingAll());
    this.#every(options.sessions.recheckMs, () => this.#recheck());
    this.#every(CATCH_UP_MS, () => this.#helpSlowOnes());
  }

  /** How many connections were opened, and how many broke off without being closed, since the last call. */
  takeCounts(): { opened: number; lost: number } {
    const counts = { opened: this.#opened, lost: this.#lost };
    this.#opened = 0;
    this.#lost = 0;
    return counts;
  }

  get size(): number {
    return this.#connections.size;
  }

  /** Closes every connection with the code to reconnect elsewhere or later, and accepts no more. */
  close(): void {
    this.#isClosing = true;
    this.#upgrades.close();
    for (const timer of this.#timers) clearInterval(timer);
    for (const { socket } of this.#connections) {
      socket.close(RESTART_CODE, 'The server restarts');
      setTimeout(() => socket.terminate(), 500).unref();
    }
    this.#sockets.close();
  }

  #audienceOf(patterns: JobPatterns): Audience {
    const key = keyOfJobPatterns(patterns);
    const known = this.#audiences.get(key);
    if (known) return known;
    const { active, tails, runners, alerts, feedsWithin } = this.#options;
    const feeds = patterns === null ? { active, tails, runners, alerts } : feedsWithin(patterns);
    const audience: Audience = { ...feeds, sent: 0 };
    audience.active.on('changes', (changes) => this.#sendTo(audience, changes.map(encode)));
    audience.alerts.on('changes', (messages) => this.#sendTo(audience, messages));
    this.#audiences.set(key, audience);
    return audience;
  }

  /** Who may watch, or the close code and reason of the refusal. */
  #judge(identity: Identity | null): { userId: number; patterns: JobPatterns } | { code: number; reason: string } {
    if (identity === null) return { code: closeCodes.signedOut, reason: 'Sign in first' };
    if (!mayWatch(identity)) return { code: closeCodes.noAccess, reason: 'No access' };
    const maxSockets = this.#options.config.SOCKETS_PER_PERSON;
    if (this.#countOf(identity.user.id) < maxSockets)
      return { userId: identity.user.id, patterns: identity.jobPatterns };
    const reason = `You have ${maxSockets} live connections open already; close other tabs of the panel.`;
    return { code: closeCodes.tooMany, reason };
  }

  #countOf(userId: number): number {
    return [...this.#connections].filter((connection) => connection.userId === userId).length;
  }

  /** A refusal is a close code, because a browser shows its page no status of a failed upgrade. */
  #admit(socket: WebSocket, { request, stream, identity, from }: Caller): void {
    socket.on('error', () => socket.terminate());
    const verdict = this.#judge(identity);
    if ('code' in verdict) {
      if (identity !== null) void this.#upgrades.recordRefusal(from, identity, verdict.reason);
      socket.close(verdict.code, verdict.reason);
      // Cut off where the other end doesn't close it.
      setTimeout(() => socket.terminate(), REFUSED_CLOSE_MS).unref();
      return;
    }
    const audience = this.#audienceOf(verdict.patterns);
    const viewer = this.#viewerOn(socket, { request, stream, audience });
    const watches = [audience.active.watch(), audience.alerts.watch()];
    const unwatch = () => {
      for (const stop of watches) stop();
    };
    const connection: Connection = {
      socket,
      request,
      audience,
      viewer,
      unwatch,
      followed: new Map(),
      userId: verdict.userId,
      isAlive: true,
      messagesThisMinute: 0,
    };
    this.#opened++;
    socket.on('close', (code) => {
      if (code === CLOSED_ABNORMALLY && !this.#isClosing) this.#lost++;
      this.#connections.delete(connection);
      unwatch();
      for (const unfollow of connection.followed.values()) unfollow();
      connection.unfollowRunners?.();
    });
    socket.on('pong', () => {
      connection.isAlive = true;
    });
    socket.on('message', (data, isBinary) => {
      if (this.#countMessage(connection)) this.#receive(connection, data, isBinary);
    });
    this.#connections.add(connection);
    void this.#welcome(connection);
  }

  #viewerOn(
    socket: WebSocket,
    { request, stream, audience }: Pick<Caller, 'request' | 'stream'> & { audience: Audience },
  ): Viewer {
    const reader: ViewerSocket = {
      get bufferedAmount() {
        return socket.bufferedAmount;
      },
      takesDeflated: takesDeflated(socket, request),
      send: (text) => socket.send(text, AS_TEXT),
      // Nothing of ours is ever half written: `ws` writes a frame at a time, and compresses none by itself.
      sendFrame: (frame) => {
        if (socket.readyState === WebSocket.OPEN) stream.write(frame);
      },
    };
    const disconnect = () => socket.close(closeCodes.tooSlow, 'Too slow');
    return new Viewer(reader, disconnect, () => audience.sent);
  }

  async #welcome(connection: Connection): Promise<void> {
    const { active, alerts } = connection.audience;
    try {
      await Promise.all([active.refreshUnlessFresh(), alerts.ready()]);
    } catch (error) {
      this.#options.log.warn({ err: error }, 'The active runs could not be read');
      connection.socket.close(1013, 'Try again later');
      return;
    }
    connection.viewer.sendSnapshot(snapshotFor(connection));
  }

  #sendTo(audience: Audience, messages: SharedMessage[]): void {
    for (const connection of this.#connections)
      if (connection.audience === audience) for (const message of messages) connection.viewer.send(message);
    audience.sent += messages.length;
  }

  #receive(connection: Connection, data: RawData, isBinary: boolean): void {
    const message = isBinary ? 'Not a message of this protocol' : parseClientMessage(data);
    if (typeof message === 'string') connection.socket.close(1008, message);
    else this.#answer(connection, message);
  }

  #answer(connection: Connection, message: ClientMessage): void {
    const { viewer, audience } = connection;
    switch (message.type) {
      case 'client.admin.resync':
        viewer.sendSnapshot(snapshotFor(connection));
        break;
      case 'client.admin.ping': {
        const { counts, serverTime } = audience.active.snapshot();
        viewer.send(encode({ type: 'server.admin.jobs_counts', data: { counts, serverTime } }));
        break;
      }
      case 'client.admin.follow_run':
        this.#follow(connection, message.jobRunId, message.afterSeq);
        break;
      case 'client.admin.unfollow_run':
        unfollow(connection, message.jobRunId);
        break;
      case 'client.admin.follow':
      case 'client.admin.unfollow':
        connection.unfollowRunners?.();
        connection.unfollowRunners =
          message.type === 'client.admin.follow' ? audience.runners.follow(viewer) : undefined;
        break;
    }
  }

  /** Following a run again restarts from the number that is given now. */
  #follow(connection: Connection, runId: string, afterSeq: number): void {
    const { viewer, audience, followed } = connection;
    unfollow(connection, runId);
    const [oldest] = followed.keys();
    if (oldest !== undefined && followed.size >= maxFollowed) unfollow(connection, oldest);
    followed.set(runId, audience.tails.follow(runId, afterSeq, viewer));
  }

  /** Whether a connection has sent no more messages than it may. */
  #countMessage(connection: Connection): boolean {
    connection.messagesThisMinute += 1;
    if (connection.messagesThisMinute <= MAX_MESSAGES_PER_MINUTE) return true;
    connection.socket.close(1008, 'Too many messages');
    return false;
  }

  /** Closes the connections of those who may no longer watch. */
  #recheck(which: (connection: Connection) => boolean = () => true): void {
    for (const connection of [...this.#connections].filter(which)) {
      this.#options.sessions
        .authenticate(connection.request)
        .then((identity) => {
          if (!identity) connection.socket.close(closeCodes.signedOut, 'Signed out');
          else if (!identity.permissions.includes('view')) connection.socket.close(closeCodes.noAccess, 'No access');
          // The panel comes back at once, and gets other jobs then.
          else if (this.#audienceOf(identity.jobPatterns) !== connection.audience)
            connection.socket.close(RESTART_CODE, 'Your access covers other jobs now');
        })
        // Unreadable now; checked again before long, and when the listener is back.
        .catch((error) => this.#options.log.warn({ err: error }, 'Who watches could not be checked'));
    }
  }

  #pingAll(): void {
    for (const connection of this.#connections) {
      connection.messagesThisMinute = Math.max(0, connection.messagesThisMinute - MAX_MESSAGES_PER_MINUTE / 2);
      if (!connection.isAlive) connection.socket.terminate();
      connection.isAlive = false;
      connection.socket.ping();
    }
  }

  #helpSlowOnes(): void {
    for (const connection of this.#connections) connection.viewer.tick(() => snapshotFor(connection));
  }

  #every(ms: number, work: () => void): void {
    this.#timers.push(setInterval(work, ms).unref());
  }
}

const snapshotFor = ({ audience: { active, alerts } }: Connection): SharedMessage =>
  active.snapshotMessage(alerts.snapshot);

/** People alone; a program with an API token uses HTTP. */
function mayWatch(identity: Identity): identity is Exclude<Identity, { user: null }> {
  return identity.user !== null && identity.permissions.includes('view');
}

/** A client that requests a smaller window couldn't decompress our messages, and gets them uncompressed. */
function takesDeflated(socket: WebSocket, { headers }: IncomingMessage): boolean {
  const offered = headers['sec-websocket-extensions'] ?? '';
  return socket.extensions.includes('permessage-deflate') && !offered.includes('server_max_window_bits');
}

function unfollow({ followed }: Connection, runId: string): void {
  followed.get(runId)?.();
  followed.delete(runId);
}
