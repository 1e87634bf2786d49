import type { Listener } from '../store/listener.js';

/** What other processes tell a runner by notification. */
export interface RunnerSignals {
  /** Runs were queued; the id of one that came alone. */
  onQueued(runId: string | undefined): void;
  /** Listening, for the first time or again: what was said meanwhile was missed. */
  onConnected(): void;
  onCancel(runIds: string[]): void;
  onRevoked(runIds: string[]): void;
}

/** Hands on what is heard, until the function it returns is called. */
export function followSignals(listener: Listener, signals: RunnerSignals): () => void {
  const onQueued = (payload: string) => signals.onQueued(/^\d{1,18}$/.test(payload) ? payload : undefined);
  const onConnected = () => signals.onConnected();
  const onCancel = (payload: string) => signals.onCancel(parseIds(payload));
  const onRevoked = (payload: string) => signals.onRevoked(parseIds(payload));
  listener.on('queued', onQueued).on('connected', onConnected).on('cancel', onCancel).on('revoked', onRevoked);
  return () => {
    listener.off('queued', onQueued).off('connected', onConnected).off('cancel', onCancel).off('revoked', onRevoked);
  };
}

function parseIds(payload: string): string[] {
  try {
    const ids: unknown = JSON.parse(payload);
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}
