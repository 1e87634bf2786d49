import type { SavedView, ViewPage } from '@job-manager/shared/contract/views';
import { paths } from '../paths';

/** The parts of an address for dialogs over the list, or for the page number: no view keeps them. */
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
