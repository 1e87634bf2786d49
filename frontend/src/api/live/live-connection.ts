import type { JobRunSummary } from '@job-manager/shared/contract/run';
import type { OpenIncidents } from '@job-manager/shared/incident-news';
import { type ActiveCounts, closeCodes, type ServerMessage, serverMessage } from '@job-manager/shared/live';
import type { ClientMessage } from '@job-manager/shared/live-client';
import ReconnectingWebSocket from 'partysocket/ws';
import { learnServerTime } from '../server-clock';
import { type ActiveChange, applyMessages, inDisplayOrder, noRuns } from './active-runs';
import { createFollowedRuns, type Follow, type FollowRunners, isOfFollowed } from './followed-runs';
import { createFrameBatch } from './frame-batch';
import { applyAlerts, type IncidentChange, isOfAlerts } from './open-incidents';
import { createRecentEnds } from './recent-ends';
import { createReconnectPause, reconnectDelay } from './reconnect-pause';
import { watchSilence } from './silence';
import { watchWakeUps } from './wake-ups';

type ConnectionStatus = 'connecting' | 'live' | 'reconnecting' | 'signedOut' | 'noAccess';

export interface LiveState {
  readonly status: ConnectionStatus;
  /** The active set in display order; empty until `isLoaded`. */
  readonly runs: readonly JobRunSummary[];
  /** Ended a moment ago, the oldest first. */
  readonly ended: readonly JobRunSummary[];
  readonly counts: ActiveCounts | null;
  /** Null until the server has sent them. */
  readonly alerts: OpenIncidents | null;
  readonly isLoaded: boolean;
  /** When the server's last message came, by this machine's clock. */
  readonly receivedAt: number | null;
  /** Tries in a row that brought no connection. */
  readonly failures: number;
  /** When the next try is due, by this machine's clock; null while connected or trying. */
  readonly retryAt: number | null;
  /** Why the server refuses this connection for now: the person has too many open. */
  readonly refusedBecause: string | null;
}

/** Before the first message. */
export const beforeConnection: LiveState = {
  status: 'connecting',
  runs: [],
  ended: [],
  counts: null,
  alerts: null,
  isLoaded: false,
  receivedAt: null,
  failures: 0,
  retryAt: null,
  refusedBecause: null,
};

export interface LiveConnection {
  getState(): LiveState;
  subscribe(listener: () => void): () => void;
  /** Reports what each batch of messages did. */
  onChange(listener: (change: ActiveChange) => void): () => void;
  /** Reports what happened to incidents; an empty list where they may have changed. */
  onAlerts(listener: (changes: IncidentChange[]) => void): () => void;
  /** The messages and steps of one run, which only its followers receive. */
  follow: Follow;
  /** What changes of the runners, which only their followers receive. */
  followRunners: FollowRunners;
  /** Tries now instead of when the next try is due. */
  reconnectNow(): void;
  close(): void;
}

interface Options {
  url: string;
  /** A connection was lost or refused without a reason; `failures` in a row. */
  onLost(failures: number): void;
  random?: () => number;
}

/** Opens the socket and keeps the active set; reconnects by itself until closed or refused for good. */
export function connectLive({ url, onLost, random = Math.random }: Options): LiveConnection {
  let active = noRuns;
  let failures = 0;
  let isResyncing = false;
  let state = beforeConnection;
  const listeners = new Set<() => void>();
  const changeListeners = new Set<(change: ActiveChange) => void>();
  const alertListeners = new Set<(changes: IncidentChange[]) => void>();

  const publish = (part: Partial<LiveState>) => {
    state = { ...state, ...part };
    for (const listener of listeners) listener();
  };
  /** Messages sent without a connection are not kept: a new connection begins with a snapshot, and requests again. */
  const send = (message: ClientMessage) => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  };
  const recentEnds = createRecentEnds((runs) => publish({ ended: runs }));
  const followed = createFollowedRuns(send);

  const batch = createFrameBatch<ServerMessage>((messages) => {
    const change = applyMessages(active, messages);
    active = change.next;
    recentEnds.add(change.completed);
    if (messages.some(({ type }) => type === 'server.admin.jobs_snapshot')) isResyncing = false;
    if (change.hasGap && !isResyncing) {
      isResyncing = true;
      send({ type: 'client.admin.resync' });
    }
    const isActiveSetTheSame = messages.every((message) => isOfFollowed(message) || isOfAlerts(message));
    const alerts = applyAlerts(state.alerts, messages);
    publish({
      ...(isActiveSetTheSame ? {} : shownOf(change, state)),
      alerts: alerts.next,
      receivedAt: Date.now(),
    });
    for (const listener of changeListeners) listener(change);
    if (alerts.isNews) for (const listener of alertListeners) listener(alerts.changes);
    followed.receive(messages);
  });

  const pause = createReconnectPause();
  const whenDue = async () => {
    const delay = reconnectDelay(failures, random);
    publish({ failures, retryAt: failures === 0 ? null : Date.now() + delay });
    await pause.wait(delay);
    publish({ retryAt: null });
    return url;
  };
  // The library's own waits can't be cut short, so it waits for its address instead.
  const socket = new ReconnectingWebSocket(whenDue, undefined, {
    minReconnectionDelay: 0,
    maxReconnectionDelay: 0,
    connectionTimeout: 10_000,
    maxEnqueuedMessages: 0,
    shouldReconnectOnClose: ({ code }) => refusalOf(code) === null,
  });
  const silence = watchSilence({
    ping: () => send({ type: 'client.admin.ping' }),
    giveUp: () => socket.reconnect(),
    isOpen: () => socket.readyState === socket.OPEN,
  });

  const stopWatching = watchWakeUps(() => {
    pause.cutShort();
    silence.doubt();
  });

  socket.addEventListener('open', () => {
    active = { ...active, seq: null };
    isResyncing = false;
    silence.received();
  });
  socket.addEventListener('message', ({ data }) => {
    silence.received();
    const message = readMessage(data);
    if (message === null) return;
    if ('serverTime' in message.data && message.data.serverTime !== undefined) learnServerTime(message.data.serverTime);
    if (message.type === 'server.admin.jobs_snapshot' && failures > 0) {
      failures = 0;
      publish({ failures, refusedBecause: null });
    }
    batch.add(message);
  });
  socket.addEventListener('close', ({ code, reason }) => {
    batch.flush();
    const refusal = refusalOf(code);
    const refusedBecause = code === closeCodes.tooMany ? reason : null;
    publish({ status: refusal ?? (state.isLoaded ? 'reconnecting' : 'connecting'), refusedBecause });
    if (refusal === null) onLost(++failures);
  });

  return {
    getState: () => state,
    subscribe: (listener) => subscribeTo(listeners, listener),
    onChange: (listener) => subscribeTo(changeListeners, listener),
    onAlerts: (listener) => subscribeTo(alertListeners, listener),
    follow: followed.follow,
    followRunners: followed.followRunners,
    reconnectNow: () => pause.cutShort(),
    close: () => {
      stopWatching();
      silence.stop();
      batch.clear();
      recentEnds.clear();
      listeners.clear();
      socket.close();
    },
  };
}

function shownOf({ next }: ActiveChange, state: LiveState): Partial<LiveState> {
  if (next.seq === null) return {};
  return {
    status: 'live',
    isLoaded: true,
    runs: inDisplayOrder(startingFrom(state.runs, next.runs)),
    counts: next.counts ?? state.counts,
  };
}

/**
 * The runs in the order in which they stood: of thousands few have moved, and a sort of a list nearly in order is
 * quick.
 */
function* startingFrom(before: readonly JobRunSummary[], runs: ReadonlyMap<string, JobRunSummary>) {
  const yielded = new Set<string>();
  for (const { id } of before) {
    const run = runs.get(id);
    if (run === undefined) continue;
    yielded.add(id);
    yield run;
  }
  for (const run of runs.values()) if (!yielded.has(run.id)) yield run;
}

/** A message this version doesn't know is left out; the gap in `seq` then brings a snapshot. */
function readMessage(data: unknown): ServerMessage | null {
  try {
    const parsed = serverMessage.safeParse(JSON.parse(String(data)));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function refusalOf(code: number): 'signedOut' | 'noAccess' | null {
  if (code === closeCodes.signedOut) return 'signedOut';
  return code === closeCodes.noAccess ? 'noAccess' : null;
}

function subscribeTo<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
