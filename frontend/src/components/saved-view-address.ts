import type { SavedView, ViewPage } from '@job-manager/shared/contract/views';
import { paths } from '../paths';

/** What of an address says what is open over the list, or how far one has turned its pages: no view keeps it. */
const NOT_KEPT = ['run', 'tab', 'line', 'new', 'rerun', 'create', 'page', 'cursor'];

/** What a view of a list keeps of its address. */
export function queryOfView(search: string): string {
  const query = new URLSearchParams(search);
  for (const name of NOT_KEPT) query.delete(name);
  return query.toString();
}

const listOf: Record<ViewPage, string> = { history: paths.history, active: paths.monitor };

/** Where a saved view leads. */
export const addressOfView = ({ page, query }: Pick<SavedView, 'page' | 'query'>): string =>
  query === '' ? listOf[page] : `${listOf[page]}?${query}`;
