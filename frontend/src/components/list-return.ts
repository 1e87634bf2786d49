import { mount } from '../api/mount';
import { paths } from '../paths';

const KEY = 'job-manager: list';
/** The dialogs over a list are not part of it. */
const DIALOGS = ['run', 'tab', 'line', 'new', 'rerun', 'create'];
const lists: readonly string[] = [paths.jobs, paths.monitor, paths.history, paths.batches];

/** The list that is open, with its filters and page; null elsewhere. */
export function openList(): string | null {
  const pathname = window.location.pathname.slice(mount.length);
  if (!lists.includes(pathname) && !pathname.startsWith(`${paths.batches}/`)) return null;
  const query = new URLSearchParams(window.location.search);
  for (const name of DIALOGS) query.delete(name);
  return query.size > 0 ? `${pathname}?${query}` : pathname;
}

/** To be called when a link to a run's page is followed: notes the list that the link stands in, with its filters and page. */
export function noteList(): void {
  const pathname = window.location.pathname.slice(mount.length);
  const list = openList();
  // From one run to the next, the list that one came from stays the same.
  if (list === null && pathname.startsWith(`${paths.jobs}/`)) return;
  keepList(list ?? paths.jobs);
}

/** Notes another list to go back to, as when one has walked on to its next page. */
export function keepList(address: string): void {
  try {
    sessionStorage.setItem(KEY, address);
  } catch {
    // Storage full or switched off: the way back leads to the list as it first opens.
  }
}

/** The same list at another of its pages. */
export function withPage(list: string, page: number): string {
  const [pathname = '', search] = list.split('?');
  const query = new URLSearchParams(search);
  if (page === 1) query.delete('page');
  else query.set('page', String(page));
  return query.size > 0 ? `${pathname}?${query}` : pathname;
}

/** The address of the list that one left for a run's page; null for a page that was opened by its address. */
export function notedList(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** The same, or the list of all runs. */
export const listCameFrom = (): string => notedList() ?? paths.jobs;
