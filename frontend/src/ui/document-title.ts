import { useEffect } from 'react';

/** What the tab is called: the dialog that is open, otherwise the page. */
const names: { page: string; dialog: string | null } = { page: '', dialog: null };

function show(): void {
  document.title = `${names.dialog ?? names.page} · Job Manager`;
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
