import { byKey } from '../../ui/key-controls';
import { announceRowKey, findRow, rowsOf } from '../../ui/roving-rows';

const steps: Record<string, number> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

/**
 * What a key does in the lists of a page: `j` and `k` move from row to row, `o` opens the row's link in a new tab, and
 * a key that a control of the row, or else of the page, names in `data-key` presses that control; other keys are left
 * to the list. Reports whether anything was done.
 */
export function pressInPage(key: string): boolean {
  const { activeElement } = document;
  const row = activeElement === null ? null : findRow(activeElement);
  const step = steps[key];
  if (step !== undefined) return moveRow(row, step, key.startsWith('Arrow'));
  if (key === 'o') return openInNewTab(row);
  const control = row?.querySelector<HTMLElement>(byKey(key)) ?? findPageControl(key);
  control?.click();
  return control != null || (row !== null && announceRowKey(row, key));
}

/** Controls of rows answer to their row alone. */
const findPageControl = (key: string): HTMLElement | undefined =>
  [...document.querySelectorAll<HTMLElement>(`main ${byKey(key)}`)].find((control) => findRow(control) === null);

function moveRow(row: HTMLElement | null, step: number, isArrow: boolean): boolean {
  // Outside of a list an arrow scrolls the page.
  if (row === null && isArrow) return false;
  const list = row?.closest('[data-roving-rows]') ?? document.querySelector('main [data-roving-rows]');
  if (!list) return false;
  const rows = rowsOf(list);
  const next = row === null ? rows[0] : rows[rows.indexOf(row) + step];
  next?.querySelector<HTMLElement>('a[href], button')?.focus();
  next?.scrollIntoView({ block: 'nearest' });
  return next !== undefined;
}

function openInNewTab(row: HTMLElement | null): boolean {
  const link = row?.querySelector<HTMLAnchorElement>('a[href]');
  if (!link) return false;
  window.open(link.href, '_blank', 'noopener');
  return true;
}
