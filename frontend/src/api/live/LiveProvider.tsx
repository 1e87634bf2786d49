import {
  createContext,
  type PropsWithChildren,
  useCallback,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
} from 'react';
import { mount } from '../mount';
import type { ActiveChange } from './active-runs';
import type { Follow, FollowRunners } from './followed-runs';
import { beforeConnection, connectLive, type LiveConnection, type LiveState } from './live-connection';
import type { IncidentChange } from './open-incidents';

const LiveContext = createContext<LiveConnection | null>(null);

interface Props {
  /** The socket was lost without a reason for the n-th time in a row. */
  onLost(failures: number): void;
}

/** Holds the one live connection of the page. */
export function LiveProvider({ onLost, children }: PropsWithChildren<Props>) {
  const [connection, setConnection] = useState<LiveConnection | null>(null);
  useEffect(() => {
    const opened = connectLive({ url: socketUrl(window.location), onLost });
    setConnection(opened);
    return () => opened.close();
  }, [onLost]);
  return <LiveContext value={connection}>{children}</LiveContext>;
}

function socketUrl({ protocol, host }: Location): string {
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}${mount}/ws`;
}

const neverSubscribed = () => () => {};
const neverFollowed = () => () => {};

/** A part of the live state; renders again only when `select` answers something else. */
export function useLive<Value>(select: (state: LiveState) => Value): Value {
  const connection = useContext(LiveContext);
  return useSyncExternalStore(connection?.subscribe ?? neverSubscribed, () =>
    select(connection?.getState() ?? beforeConnection),
  );
}

/** Tries to connect now instead of when the next try is due. */
export function useReconnectNow(): () => void {
  const connection = useContext(LiveContext);
  return useCallback(() => connection?.reconnectNow(), [connection]);
}

/** Follows one run over the live connection; a new function whenever the connection is another one. */
export function useFollow(): Follow {
  const connection = useContext(LiveContext);
  return connection?.follow ?? neverFollowed;
}

/** Follows the runners over the live connection; a new function whenever the connection is another one. */
export function useFollowRunners(): FollowRunners {
  const connection = useContext(LiveContext);
  return connection?.followRunners ?? neverFollowed;
}

/** Calls `listener` with what each batch of messages did; keep it stable between renders. */
export function useLiveChanges(listener: (change: ActiveChange) => void): void {
  const connection = useContext(LiveContext);
  useEffect(() => connection?.onChange(listener), [connection, listener]);
}

/** Calls `listener` with what happened to incidents; keep it stable between renders. */
export function useLiveAlerts(listener: (changes: IncidentChange[]) => void): void {
  const connection = useContext(LiveContext);
  useEffect(() => connection?.onAlerts(listener), [connection, listener]);
}
