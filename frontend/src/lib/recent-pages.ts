/** A page of the panel, as one comes back to it. */
export interface RecentPage {
  label: string;
  to: string;
}

const KEY = 'job-manager: recent pages';
const MAX_PAGES = 8;

const isRecentPage = (value: unknown): value is RecentPage =>
  typeof value === 'object' &&
  value !== null &&
  'label' in value &&
  typeof value.label === 'string' &&
  'to' in value &&
  typeof value.to === 'string' &&
  value.to.startsWith('/');

/** The pages opened last in this browser, the latest first. */
export function readRecentPages(): RecentPage[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isRecentPage).slice(0, MAX_PAGES) : [];
  } catch {
    return [];
  }
}

/** Puts a page first among the recent ones. */
export function keepRecentPage(page: RecentPage): void {
  const others = readRecentPages().filter(({ to }) => to !== page.to);
  try {
    localStorage.setItem(KEY, JSON.stringify([page, ...others].slice(0, MAX_PAGES)));
  } catch {
    // Storage full or switched off: the palette begins with the pages.
  }
}
