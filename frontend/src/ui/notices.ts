import { useSyncExternalStore } from 'react';
import { serverNow } from '../api/server-clock';

/** Something that happened while the panel was open, kept for reading it later. */
export interface Notice {
  /** A notice whose id is known replaces that one, and counts as unread again. */
  id: string;
  /** `failure` is of runs, `end` is of runs and incidents that are over, `error` of a call. */
  kind: 'failure' | 'end' | 'error' | 'incident';
  title: string;
  text: string | null;
  /** Address of the page that shows more. */
  to: string | null;
  at: string;
  isUnread: boolean;
}

export const MAX_NOTICES = 100;
const STORAGE_KEY = 'jobManagerNotices';

let owner: string | null = null;
let notices: readonly Notice[] = [];
const listeners = new Set<() => void>();

/** Continues with the notices that a person has had in this tab; those of another person are dropped. */
export function openNotices(person: string): void {
  owner = person;
  publish(readStored(person));
}

/** Keeps a notice, the newest of `MAX_NOTICES`; before a sign-in none is kept. */
export function addNotice({ id, kind, title, text, to }: Omit<Notice, 'at' | 'isUnread'>): void {
  if (owner === null) return;
  const others = notices.filter((notice) => notice.id !== id);
  publish(
    [{ id, kind, title, text, to, at: new Date(serverNow()).toISOString(), isUnread: true }, ...others].slice(
      0,
      MAX_NOTICES,
    ),
  );
}

export const markNoticesRead = (): void => publish(notices.map((notice) => ({ ...notice, isUnread: false })));

export const clearNotices = (): void => publish([]);

/** The notices of this browser session, newest first. */
export const useNotices = (): readonly Notice[] => useSyncExternalStore(subscribe, () => notices);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function publish(next: readonly Notice[]): void {
  notices = next;
  try {
    sessionStorage.setItem(STORAGE_KEY, JSON.stringify({ owner, notices }));
  } catch {
    // Storage is full or switched off: the notices last until the next reload.
  }
  for (const listener of listeners) listener();
}

function readStored(person: string): readonly Notice[] {
  try {
    // Only `publish` writes it.
    const stored = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? '{}') as { owner?: string; notices?: Notice[] };
    return (stored.owner === person && stored.notices) || [];
  } catch {
    return [];
  }
}
