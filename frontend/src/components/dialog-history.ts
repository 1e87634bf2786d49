/** In the state of an entry of the browser's history: how many entries up to it opened a dialog over the same page. */
const DEPTH = 'dialogDepth';

const depth = (): number => Number((window.history.state as Record<string, unknown> | null)?.[DEPTH] ?? 0);

/** Opens a dialog by an entry of its own, which `push` makes, so that Back closes it. */
export async function openAsEntry(push: () => Promise<unknown>): Promise<void> {
  const before = depth();
  await push();
  window.history.replaceState({ ...window.history.state, [DEPTH]: before + 1 }, '');
}

/** A browser that no longer has the entries does not navigate and reports nothing. */
const TIMEOUT_MS = 500;
let closing: Promise<void> | null = null;

/**
 * Closes the dialogs and removes the entries that opened them, so that the next Back leaves the page. Dialogs that
 * the tab was opened with have none: `clear` takes them out of the address.
 */
export function closeEntries(clear: () => void): Promise<void> {
  closing ??= goBack(depth()).then(() => {
    closing = null;
    clear();
  });
  return closing;
}

function goBack(entries: number): Promise<void> {
  if (entries === 0) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(end, TIMEOUT_MS);
    function end() {
      clearTimeout(timer);
      window.removeEventListener('popstate', end);
      resolve();
    }
    window.addEventListener('popstate', end);
    window.history.go(-entries);
  });
}
