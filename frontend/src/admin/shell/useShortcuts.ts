import { useEffect, useRef } from 'react';
import { areShortcutsOn } from '../../lib/shortcuts-switch';
import { type ChordStart, isKeyTaken, readKey } from './keys';
import { pressInPage } from './list-keys';

/** What each key does, by its name: `c`, or `g r` for two in a row. */
export type KeyActions = Readonly<Record<string, () => void>>;

/** Ctrl or Cmd with K, which works while typing as well. */
const isPaletteKey = ({ key, ctrlKey, metaKey }: KeyboardEvent): boolean =>
  (ctrlKey || metaKey) && key.toLowerCase() === 'k';

/** Listens to the keyboard while the shell is shown: first the keys of all pages, then those of the open page's lists. */
export function useShortcuts(actions: KeyActions): void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => {
    let chord: ChordStart = null;
    const onKey = (event: KeyboardEvent) => {
      if (isPaletteKey(event)) {
        event.preventDefault();
        latest.current['/']?.();
        return;
      }
      if (['Shift', 'CapsLock'].includes(event.key) || isKeyTaken(event) || !areShortcutsOn()) return;
      const read = readKey(chord, event.key, event.timeStamp);
      chord = read.chord;
      if (read.pressed === null) return;
      const act = latest.current[read.pressed];
      if (act) act();
      else if (!pressInPage(read.pressed)) return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
