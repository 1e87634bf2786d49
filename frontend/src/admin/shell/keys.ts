/** How long after `g` the letter of a page may come. */
export const CHORD_TIMEOUT_MS = 1_000;

/** When `g` was pressed last, and nothing since; null otherwise. */
export type ChordStart = number | null;

interface KeyRead {
  chord: ChordStart;
  /** What was pressed, such as `c` or `g r`; null while a letter may follow. */
  pressed: string | null;
}

/** One more key: begins a chord with `g`, ends it with a letter that comes in time, or stands alone. */
export function readKey(chord: ChordStart, key: string, now: number): KeyRead {
  if (chord !== null && now - chord <= CHORD_TIMEOUT_MS) return { chord: null, pressed: `g ${key}` };
  return key === 'g' ? { chord: now, pressed: null } : { chord: null, pressed: key };
}

/** Whether a dialog lies over the page. */
export const isDialogOpen = (): boolean => document.querySelector('[aria-modal="true"]') !== null;

/** Whether a key belongs to what has the focus rather than to the page. */
export function isKeyTaken({
  target,
  defaultPrevented,
  isComposing,
  ctrlKey,
  metaKey,
  altKey,
}: KeyboardEvent): boolean {
  if (defaultPrevented || isComposing || ctrlKey || metaKey || altKey) return true;
  return (
    target instanceof Element &&
    target.closest('input:not([type="checkbox"]), textarea, select, [contenteditable="true"], [role="menu"]') !== null
  );
}
