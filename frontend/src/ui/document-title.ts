import { useEffect } from 'react';

const BIDI_CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** What the tab is called: the dialog that is open, otherwise the page. */
const names: { page: string; dialog: string | null } = { page: '', dialog: null };
/** Shown before the name, where there are any. */
let unreadCount = 0;

function show(): void {
  // No element isolates a text there: what turns its order around would turn ours.
  const count = unreadCount > 0 ? `(${unreadCount}) ` : '';
  document.title = `${count}${names.dialog ?? names.page} · Job Manager`.replace(BIDI_CONTROLS, '');
}

/** Shows in the tab that something waits to be read: by a number before its name and a dot on its icon. */
export function useUnreadMark(count: number): void {
  useEffect(() => {
    unreadCount = count;
    show();
    setIcon(count > 0 ? 'favicon-unread.svg' : 'favicon.svg');
    return () => {
      unreadCount = 0;
      setIcon('favicon.svg');
    };
  }, [count]);
}

function setIcon(file: string): void {
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  // The server has put the path of the panel before it.
  if (icon !== null && !icon.href.endsWith(file)) icon.href = icon.href.replace(/[^/]+$/, file);
}

/** Names the page in the tab, the browser's history and bookmarks. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    names.page = title;
    show();
  }, [title]);
}

/** Names an open dialog there instead; null when it is closed. Either may come first, whichever is loaded later. */
export function useDialogTitle(title: string | null): void {
  useEffect(() => {
    if (title === null) return;
    names.dialog = title;
    show();
    return () => {
      names.dialog = null;
      show();
    };
  }, [title]);
}
