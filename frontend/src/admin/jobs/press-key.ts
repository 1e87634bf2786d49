import type { KeyboardEvent } from 'react';
import { areShortcutsOn } from '../../lib/shortcuts-switch';
import { byKey } from '../../ui/key-controls';

/** Presses the control inside a dialog that names a key in `data-key`; the shell does so for pages. */
export function pressKeyInside(event: KeyboardEvent<HTMLElement>): void {
  const { key, target, currentTarget, ctrlKey, metaKey, altKey } = event;
  if (event.defaultPrevented || ctrlKey || metaKey || altKey || !areShortcutsOn()) return;
  if (target instanceof Element && target.closest('input, textarea, select, [role="menu"]') !== null) return;
  const control = currentTarget.querySelector<HTMLElement>(byKey(key));
  if (control === null) return;
  event.preventDefault();
  control.click();
}
