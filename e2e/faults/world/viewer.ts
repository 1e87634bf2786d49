import { setTimeout as delay } from 'node:timers/promises';
import type { Sql } from '@job-manager/engine/store/sql';
import { openSocket, type SocketClient } from '@job-manager/server/testing/socket-client';
import { type ServerMessage, serverMessage } from '@job-manager/shared/live';
import { type ActiveRuns, applyMessages, noRuns } from '../../../frontend/src/api/live/active-runs.js';

const RECONNECT_MS = 200;
/** A server that isn't there refuses at once: clients must not retry a thousand times a second. */
const MIN_PAUSE_MS = 50;
const LOOK_MS = 20;
const IDLE_MS = 1_000;
const EQUAL_WITHIN_MS = 60_000;

/**
 * What the contract makes of a message's data: the server writes a change once for all, so a thousand viewers read it
 * once.
 */
const understood = new Map<string, ServerMessage | undefined>();
const MAX_UNDERSTOOD = 5_000;
/** Snapshots contain the time, so no two are the same. */
const LONGEST_SHARED = 5_000;
const HEAD = /^\{"type":"([\w.]+)","seq":(\d+),"data":/;
const SNAPSHOT = '{"type":"server.admin.jobs_snapshot"';
/** What a viewer lets lie unread at most. */
const MAX_UNREAD = 500;

/** A panel without a screen: keeps the active runs by the same code, and comes back whenever it is cut off. */
export class Viewer {
  readonly #url: string;
  readonly #token: string;
  /** How much later than at once it may come back. */
  jitterMs: number;
  #socket: SocketClient | undefined;
  #active: ActiveRuns = noRuns;
  /** Received and not processed yet. */
  #unread: string[] = [];
  readonly #isLazy: boolean;
  readonly #isPlain: boolean;
  #hasSnapshot = false;
  #isClosed = false;
  #openedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Connections that were closed by the other side, by their code. */
  readonly closes: number[] = [];
  /** Messages that the contract doesn't know. */
  readonly strange: string[] = [];
  snapshots = 0;
  /** From opening the newest connection to its snapshot. */
  welcomeMs = Number.NaN;
  messages = 0;
  chars = 0;

  /**
   * A lazy one processes what it received when its content is read, so that a thousand of them fit into a process.
   * A plain one takes no compressed messages.
   */
  constructor(url: string, token: string, { jitterMs = RECONNECT_MS, isLazy = false, isPlain = false } = {}) {
    this.#url = url;
    this.#token = token;
    this.jitterMs = jitterMs;
    this.#isLazy = isLazy;
    this.#isPlain = isPlain;
    this.#connect();
  }

  get socket(): SocketClient | undefined {
    return this.#socket;
  }

  /** Whether the open connection has received its snapshot. */
  get hasSnapshot(): boolean {
    return this.#socket?.isOpen === true && this.#hasSnapshot;
  }

  /** Leaves and comes back at once. */
  reconnect(): void {
    this.#socket?.close();
    this.#socket = undefined;
    this.#connect();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  /** Watches until nothing has changed for a second; returns how long after the last change it showed the same. */
  async untilEqual(sql: Sql): Promise<number> {
    const deadline = performance.now() + EQUAL_WITHIN_MS;
    let stored = '';
    let changedAt = performance.now();
    let equalAt: number | undefined;
    for (;;) {
      const found = await readActive(sql);
      const now = performance.now();
      if (found !== stored) [stored, changedAt, equalAt] = [found, now, undefined];
      if (!this.shows(stored)) equalAt = undefined;
      else equalAt ??= now;
      if (equalAt !== undefined && now - changedAt > IDLE_MS) return equalAt - changedAt;
      if (now > deadline) throw new Error(`The socket shows ${this.#shown()}\nand the database holds ${stored}`);
      await delay(LOOK_MS);
    }
  }

  /** Whether it shows what was read from the database just now. */
  shows(active: string): boolean {
    this.#read();
    return this.#shown() === active;
  }

  #shown(): string {
    return describe([...this.#active.runs.values()]);
  }

  #connect(): void {
    this.#active = { ...this.#active, seq: null };
    this.#unread = [];
    this.#hasSnapshot = false;
    this.#openedAt = performance.now();
    const receive = (text: string) => this.#socket === socket && this.#receive(text);
    const socket = openSocket(this.#url, this.#token, receive, { isPlain: this.#isPlain });
    this.#socket = socket;
    void socket.closed.then((code) => {
      if (this.#isClosed || this.#socket !== socket) return;
      this.closes.push(code);
      this.#timer = setTimeout(() => this.#connect(), MIN_PAUSE_MS + Math.random() * this.jitterMs);
    });
  }

  #receive(text: string): void {
    this.messages += 1;
    this.chars += text.length;
    if (text.startsWith(SNAPSHOT)) {
      this.snapshots += 1;
      if (!this.#hasSnapshot) this.welcomeMs = performance.now() - this.#openedAt;
      this.#hasSnapshot = true;
      // It contains all that was sent before.
      if (this.#isLazy) this.#unread = [];
    }
    this.#unread.push(text);
    if (!this.#isLazy || this.#unread.length > MAX_UNREAD) this.#read();
  }

  #read(): void {
    for (const text of this.#unread.splice(0)) {
      const message = understand(text);
      if (!message) {
        this.strange.push(text.slice(0, 500));
        continue;
      }
      const { next, hasGap } = applyMessages(this.#active, [message]);
      this.#active = next;
      if (hasGap) this.#socket?.send(JSON.stringify({ type: 'client.admin.resync' }));
    }
  }
}

/** Undefined for a message that the contract doesn't know. */
function understand(text: string): ServerMessage | undefined {
  const [head, type, seq] = text.length < LONGEST_SHARED ? (HEAD.exec(text) ?? []) : [];
  if (head === undefined) return serverMessage.safeParse(JSON.parse(text)).data;
  const key = `${type} ${text.slice(head.length)}`;
  if (!understood.has(key)) {
    if (understood.size >= MAX_UNDERSTOOD) understood.clear();
    understood.set(key, serverMessage.safeParse(JSON.parse(text)).data);
  }
  const message = understood.get(key);
  return message && ({ ...message, seq: Number(seq) } as ServerMessage);
}

interface ActiveRun {
  id: string;
  status: string;
  attempt: number;
  claimNo: number;
}

/** The active runs as the database holds them, to compare with what a viewer shows. */
export async function readActive(sql: Sql): Promise<string> {
  const { rows } = await sql.query<ActiveRun>(
    `SELECT id::text, status::text, attempt, "claimNo" FROM "JobRun" WHERE status IN ('QUEUED', 'RUNNING')`,
  );
  return describe(rows);
}

function describe(runs: ActiveRun[]): string {
  const lines = runs.map(({ id, status, attempt, claimNo }) => `#${id} ${status} ${attempt}/${claimNo}`);
  return lines.sort().join(', ');
}
