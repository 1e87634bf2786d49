import { useEffect, useRef } from 'react';
import { areShortcutsOn } from '../../lib/shortcuts-switch';
import { type ChordStart, isDialogOpen, isKeyTaken, readKey } from './keys';
import { pressControl, pressInList } from './list-keys';

/** What each key does, by its name: `c`, or `g r` for two in a row. */
export type KeyActions = Readonly<Record<string, () => void>>;

/** Ctrl or Cmd with K, which works while typing as well. */
const isPaletteKey = ({ key, ctrlKey, metaKey }: KeyboardEvent): boolean =>
  (ctrlKey || metaKey) && key.toLowerCase() === 'k';

/** Listens to the keyboard while the shell is shown: first the keys that controls of the open page name, then those of all pages, then those of lists. */
export function useShortcuts(actions: KeyActions): void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => {
    let chord: ChordStart = null;
    // Before the dialog sees the key: one that Escape closes is gone when the key arrives at the page.
    let hadDialog = false;
    const noteDialog = () => {
      hadDialog = isDialogOpen();
    };
    const onKey = (event: KeyboardEvent) => {
      if (isPaletteKey(event)) {
        event.preventDefault();
        latest.current['/']?.();
        return;
      }
      if (['Shift', 'CapsLock'].includes(event.key) || hadDialog || isKeyTaken(event) || !areShortcutsOn()) return;
      const read = readKey(chord, event.key, event.timeStamp);
      chord = read.chord;
      if (read.pressed === null) return;
      const act = latest.current[read.pressed];
      if (!pressControl(read.pressed)) {
        if (act) act();
        else if (!pressInList(read.pressed)) return;
      }
      event.preventDefault();
    };
    window.addEventListener('keydown', noteDialog, { capture: true });
    document.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', noteDialog, { capture: true });
      document.removeEventListener('keydown', onKey);
    };
  }, []);
}
