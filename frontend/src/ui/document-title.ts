import { useEffect } from 'react';

const BIDI_CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** What the tab is called: the dialog that is open, otherwise the page. */
const names: { page: string; dialog: string | null } = { page: '', dialog: null };

function show(): void {
  // No element isolates a text there: what turns its order around would turn ours.
  document.title = `${names.dialog ?? names.page} · Job Manager`.replace(BIDI_CONTROLS, '');
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
