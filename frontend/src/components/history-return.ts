import { paths } from '../paths';

const KEY = 'jobManagerHistory';
const PARTS = ['job', 'status', 'page'];

/** To be called when a link to a run's page is followed: notes filters and page of the list that it stands in. */
export function noteHistory(): void {
  const { pathname, search } = window.location;
  const isList = pathname.endsWith(paths.jobs) || pathname.endsWith(paths.history);
  // From one run to the next, the list that one came from stays the same.
  if (!isList && pathname.includes(`${paths.jobs}/`)) return;
  const given = new URLSearchParams(search);
  const kept = PARTS.flatMap((name) => (isList && given.has(name) ? [[name, given.get(name) ?? '']] : []));
  try {
    sessionStorage.setItem(KEY, new URLSearchParams(kept).toString());
  } catch {
    // Storage full or switched off: the way back leads to the first page.
  }
}

/** The history as one left it for a run's page. */
export function historyCameFrom(): string {
  try {
    const search = sessionStorage.getItem(KEY);
    return search ? `${paths.history}?${search}` : paths.history;
  } catch {
    return paths.history;
  }
}
