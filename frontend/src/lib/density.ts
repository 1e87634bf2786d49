/** Read before the first paint, by `public/color-scheme.js`. */
const KEY = 'job-manager: density';

/** Whether this browser shows tables in low rows; the style sheets read it from the root. */
export const isCompact = (): boolean => document.documentElement.dataset.density === 'compact';

/** Shows tables in low rows or in those of the usual height from now on. */
export function setCompact(isOn: boolean): void {
  show(isOn);
  try {
    if (isOn) localStorage.setItem(KEY, 'compact');
    else localStorage.removeItem(KEY);
  } catch {
    // Storage full or switched off: it counts for this page.
  }
}

function show(isOn: boolean): void {
  if (isOn) document.documentElement.dataset.density = 'compact';
  else delete document.documentElement.dataset.density;
}
