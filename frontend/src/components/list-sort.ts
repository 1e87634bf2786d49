import { parseAsString, useQueryState } from 'nuqs';
import type { ListSort } from '../ui/TableSort';

type Key = string | number | null;

const collator = new Intl.Collator('en', { numeric: true });

/**
 * The order of a list, in the address: `?sort=name`, `?sort=-name` the other way round. Each order names what a row is
 * sorted by; rows without that stand last either way, and rows that are alike stay as they come.
 */
export function useListSort<Row>(orders: Readonly<Record<string, (row: Row) => Key>>) {
  const [text, set] = useQueryState('sort', parseAsString);
  const name = text?.replace(/^-/, '') ?? '';
  const keyOf = Object.hasOwn(orders, name) ? orders[name] : undefined;
  const isDescending = text?.startsWith('-') ?? false;
  const sort: ListSort = {
    by: keyOf ? name : null,
    isDescending,
    onSort: (by, isTurned) => void set(by === null ? null : `${isTurned ? '-' : ''}${by}`, { history: 'push' }),
  };
  const sorted = (rows: readonly Row[]): readonly Row[] => {
    if (!keyOf) return rows;
    const keyed = rows.map((row) => ({ row, key: keyOf(row) }));
    return keyed.sort((a, b) => compare(a.key, b.key, isDescending)).map(({ row }) => row);
  };
  return { sort, sorted };
}

function compare(a: Key, b: Key, isDescending: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const order = typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));
  return isDescending ? -order : order;
}
