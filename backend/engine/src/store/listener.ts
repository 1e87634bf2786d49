import { EventEmitter } from 'node:events';
import { DatabaseClient } from '../database/database-client.js';
import { schemaOf } from '../database/schema.js';
import { type ChannelName, channelOf } from './channels.js';

const PING_MS = 10_000;
const PING_TIMEOUT_MS = 5_000;
const RECONNECT_MS = { first: 100, most: 2_000 };

type ListenerEvents = { [Name in ChannelName]: [payload: string] } & {
  /** Listening, for the first time or again: notifications sent meanwhile were missed, so read the tables. */
  connected: [];
  disconnected: [error: Error];
};

/**
 * One connection that listens to the given topics and reconnects whenever it is lost. A ping every 10 s detects a
 * connection that broke without an error.
 */
export class Listener extends EventEmitter<ListenerEvents> {
  readonly #url: string | null;
  readonly #schema: string;
  readonly #names: ChannelName[];
  #client: DatabaseClient | undefined;
  #timer: NodeJS.Timeout | undefined;
  #delayMs = RECONNECT_MS.first;
  #closed = false;

  /** `null` where only a pooler leads to the database, which forwards no notifications: then none are received. */
  constructor(url: string | null, names: ChannelName[]) {
    super();
    this.setMaxListeners(0);
    this.#url = url;
    this.#schema = schemaOf(url ?? '');
    this.#names = names;
  }

  get isConnected(): boolean {
    return this.#client !== undefined;
  }

  /** Whether any notifications are received. */
  get isOff(): boolean {
    return this.#url === null;
  }

  /** Starts listening; waits for a database that can't be reached yet. */
  async start(): Promise<void> {
    if (this.#url === null) return;
    const client = new DatabaseClient({
      connectionString: this.#url,
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
      // Otherwise it would wait without end for a network that breaks before the answer to LISTEN.
      query_timeout: PING_TIMEOUT_MS,
    });
    client.on('error', (error: Error) => this.#lost(client, error));
    client.on('end', () => this.#lost(client, new Error('The connection ended')));
    client.on('notification', ({ channel, payload }) => this.#receive(channel, payload ?? ''));
    try {
      await client.connect();
      await client.query(this.#names.map((name) => `LISTEN ${channelOf(name, this.#schema)}`).join('; '));
    } catch (error) {
      this.#retire(client);
      this.#reconnectLater(error as Error);
      return;
    }
    if (this.#closed) return this.#retire(client);
    this.#client = client;
    this.#delayMs = RECONNECT_MS.first;
    this.#pingLater(client);
    this.emit('connected');
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => {});
  }

  #receive(channel: string, payload: string): void {
    const name = this.#names.find((candidate) => channelOf(candidate, this.#schema) === channel);
    // The event map is keyed by the same names, which TypeScript can't follow through a variable.
    if (name) (this as EventEmitter).emit(name, payload);
  }

  #pingLater(client: DatabaseClient): void {
    this.#timer = setTimeout(() => {
      client
        .query('SELECT 1')
        .then(() => this.#pingLater(client))
        .catch((error) => this.#lost(client, error));
    }, PING_MS);
    this.#timer.unref();
  }

  #lost(client: DatabaseClient, error: Error): void {
    if (client !== this.#client) return;
    this.#client = undefined;
    this.#retire(client);
    if (!this.#closed) this.#reconnectLater(error);
  }

  #retire(client: DatabaseClient): void {
    client.removeAllListeners('notification');
    client.end().catch(() => {});
  }

  #reconnectLater(error: Error): void {
    this.emit('disconnected', error);
    clearTimeout(this.#timer);
    if (this.#closed) return;
    // Jitter, so that many processes don't reconnect at the same time.
    this.#timer = setTimeout(() => void this.start(), this.#delayMs * (0.5 + Math.random()));
    this.#delayMs = Math.min(this.#delayMs * 2, RECONNECT_MS.most);
  }
}
