import { mount } from '../api/place';
import { paths } from '../paths';

const KEY = 'job-manager: list';
/** The dialogs over a list are not part of it. */
const DIALOGS = ['run', 'tab', 'new', 'rerun', 'create'];
const lists: readonly string[] = [paths.jobs, paths.monitor, paths.history];

/** To be called when a link to a run's page is followed: notes the list that the link stands in, with its filters and page. */
export function noteList(): void {
  const pathname = window.location.pathname.slice(mount.length);
  const isList = lists.includes(pathname);
  // From one run to the next, the list that one came from stays the same.
  if (!isList && pathname.startsWith(`${paths.jobs}/`)) return;
  const query = new URLSearchParams(window.location.search);
  for (const name of DIALOGS) query.delete(name);
  const search = query.size > 0 ? `?${query}` : '';
  try {
    sessionStorage.setItem(KEY, isList ? pathname + search : paths.jobs);
  } catch {
    // Storage full or switched off: the way back leads to the list as it first opens.
  }
}

/** The address of the list that one left for a run's page. */
export function listCameFrom(): string {
  try {
    return sessionStorage.getItem(KEY) ?? paths.jobs;
  } catch {
    return paths.jobs;
  }
}
