import { NativeSelect } from '@mantine/core';
import classes from './TableSort.module.css';

export interface Column {
  label: string;
  /** Read by screen readers alone: a column of buttons needs no heading to be seen. */
  isHidden?: boolean;
  align?: 'right';
  /** The name of the order that the heading switches on. */
  sortBy?: string;
  /** The largest stand first where the heading is pressed for the first time. */
  isLargestFirst?: boolean;
}

/** In which order a list stands, and how that is changed. */
export interface ListSort {
  /** The `sortBy` of a column; null for the order in which the rows come. */
  by: string | null;
  isDescending: boolean;
  onSort: (by: string | null, isDescending: boolean) => void;
}

export const sortState = (sortBy: string, { by, isDescending }: ListSort) =>
  by !== sortBy ? 'none' : isDescending ? 'descending' : 'ascending';

interface SortButtonProps {
  column: Column;
  sort: ListSort;
}

/** A heading that sorts by its column, then the other way round, then not at all. */
export function SortButton({ column: { label, sortBy = '', isLargestFirst = false }, sort }: SortButtonProps) {
  const state = sortState(sortBy, sort);
  const isTurned = state !== 'none' && sort.isDescending !== isLargestFirst;
  return (
    <button
      type="button"
      className={classes.heading}
      data-sorted={state === 'none' ? undefined : state}
      onClick={() => {
        if (state === 'none') sort.onSort(sortBy, isLargestFirst);
        else sort.onSort(isTurned ? null : sortBy, !isLargestFirst);
      }}
    >
      {label}
    </button>
  );
}

/** The same where the rows are cards, which have no headings. */
export function SortSelect({ columns, sort }: { columns: readonly Column[]; sort: ListSort }) {
  const choices = columns.flatMap(({ label, sortBy, isLargestFirst = false }) =>
    sortBy === undefined
      ? []
      : [isLargestFirst, !isLargestFirst].map((isDescending) => ({
          value: `${isDescending ? '-' : ''}${sortBy}`,
          label: isDescending === isLargestFirst ? `Sorted by ${label}` : `Sorted by ${label}, the other way round`,
        })),
  );
  return (
    <NativeSelect
      aria-label="Order"
      mb="sm"
      data={[{ value: '', label: 'Order of the list' }, ...choices]}
      value={sort.by === null ? '' : `${sort.isDescending ? '-' : ''}${sort.by}`}
      onChange={({ currentTarget: { value } }) => sort.onSort(value.replace(/^-/, '') || null, value.startsWith('-'))}
    />
  );
}
