import { type AuditEntry, recordAudit } from '@job-manager/engine/store/audit';
import type { Sql } from '@job-manager/engine/store/sql';
import { network } from './attempts.js';

const MINUTE_MS = 60_000;
/** Entries per minute of one person, API token or network. */
export const MAX_LISTED_PER_SOURCE = 60;
/** Entries per minute of all networks together: there is no end of addresses to flood the log from. */
export const MAX_LISTED_OF_STRANGERS = 120;
/** Sources remembered per minute, some hundred bytes each; refusals of others are counted. */
const MAX_SOURCES = 10_000;

export interface Refusal extends AuditEntry {
  /** Who is counted as one where it isn't the network: a person or a program that proved who it is. */
  source?: string;
}

export interface Refusals {
  /** Writes an entry, or counts it where too many have come within this minute. Never throws. */
  record(refusal: Refusal): Promise<void>;
  /** Writes an entry unless one of this kind came from the same network within `everyMs`, a minute. `describe` runs only then. */
  recordOnce(
    kind: string,
    ip: string | null,
    describe: () => Refusal | Promise<Refusal>,
    everyMs?: number,
  ): Promise<void>;
  /** Writes what has been counted, when the process ends. */
  flush(): Promise<void>;
}

interface Options {
  sql: Sql;
  onError(error: unknown): void;
  now?: () => number;
}

/**
 * The audit log's entries of what was refused. Strangers cause them, so their number has to be bounded: beyond it one entry
 * with a count is written when the minute ends. Counted in this process; several API processes have a bound each.
 */
export function createRefusals({ sql, onError, now = () => performance.now() }: Options): Refusals {
  let window = openWindow(now());
  let timer: NodeJS.Timeout | undefined;
  const silentUntil = new Map<string, number>();

  const write = (entry: AuditEntry) => recordAudit(sql, entry).catch(onError);

  const flush = async () => {
    clearTimeout(timer);
    timer = undefined;
    const { counted } = window;
    window = openWindow(now());
    for (const [kind, until] of silentUntil) if (until <= now()) silentUntil.delete(kind);
    if (counted.refusals > 0) await write(describeCount(counted));
  };

  const record = async ({ source, ...entry }: Refusal) => {
    if (now() - window.startedAt >= MINUTE_MS) await flush();
    if (isListed(window, source, entry.ip)) return write(entry);
    count(window.counted, entry);
    timer ??= setTimeout(() => void flush(), MINUTE_MS).unref();
  };

  return {
    record,
    flush,
    recordOnce: async (kind, ip, describe, everyMs = MINUTE_MS) => {
      const key = `${kind} ${network(ip)}`;
      if ((silentUntil.get(key) ?? Number.NEGATIVE_INFINITY) > now()) return;
      if (now() - window.startedAt >= MINUTE_MS) await flush();
      if (silentUntil.size < MAX_SOURCES) silentUntil.set(key, now() + everyMs);
      try {
        await record(await describe());
      } catch (error) {
        onError(error);
      }
    },
  };
}

interface Counted {
  refusals: number;
  networks: Set<string>;
  actions: Set<string>;
}

interface Window {
  startedAt: number;
  bySource: Map<string, number>;
  strangers: number;
  counted: Counted;
}

const openWindow = (startedAt: number): Window => ({
  startedAt,
  bySource: new Map(),
  strangers: 0,
  counted: { refusals: 0, networks: new Set(), actions: new Set() },
});

function isListed(window: Window, known: string | undefined, ip: string | null): boolean {
  const source = known ?? `network ${network(ip)}`;
  const before = window.bySource.get(source) ?? 0;
  if (before >= MAX_LISTED_PER_SOURCE || (before === 0 && window.bySource.size >= MAX_SOURCES)) return false;
  if (known === undefined && window.strangers >= MAX_LISTED_OF_STRANGERS) return false;
  window.bySource.set(source, before + 1);
  if (known === undefined) window.strangers += 1;
  return true;
}

function count(counted: Counted, { ip, action }: AuditEntry): void {
  counted.refusals += 1;
  counted.actions.add(action);
  if (counted.networks.size < MAX_SOURCES) counted.networks.add(network(ip));
}

function describeCount({ refusals, networks, actions }: Counted): AuditEntry {
  const [only] = networks;
  return {
    actorId: null,
    actorEmail: null,
    action: 'access.denied',
    target: `${refusals} more refusals within a minute`,
    ip: networks.size === 1 && only !== 'unknown' ? (only ?? null) : null,
    userAgent: null,
    details: { refusals, networks: networks.size, actions: [...actions].sort() },
  };
}
