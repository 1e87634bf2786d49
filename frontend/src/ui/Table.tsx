import { type MouseEvent, type ReactNode, type RefObject, useRef } from 'react';
import { useRovingRows, useRowKeys } from './roving-rows';
import { openRowOnClick } from './row-click';
import classes from './Table.module.css';
import { type Column, type ListSort, SortButton, SortSelect, sortState } from './TableSort';
import { type StackWidth, useIsStacked } from './useIsStacked';

interface Props {
  /** Announced to screen readers: what the rows are. */
  caption: string;
  columns: readonly Column[];
  /** On screens up to this size each row becomes a small card in any case. */
  stackOn?: StackWidth;
  /** Other rows are on their way, these are still shown. */
  isBusy?: boolean;
  /** The table is one stop of the Tab key, and `j` and `k` move among its rows, which carry `data-row`. */
  isRoving?: boolean;
  /**
   * What a roving table does for a key on a marked row that no control of it names; reports whether it did anything.
   */
  onRowKey?: (key: string, row: string) => boolean;
  /** A click beside its links and buttons opens a row, as the link that heads it does. */
  opensRows?: boolean;
  /** The order of the rows, which headings with a `sortBy` change. */
  sort?: ListSort;
  /** Rows of `Cell`s. */
  children: ReactNode;
}

/** A plain table; where it finds no room, its rows stand as cards with the column's name before each value. */
export function Table({
  caption,
  columns,
  stackOn = 'phone',
  isBusy = false,
  isRoving = false,
  onRowKey,
  opensRows = false,
  sort,
  children,
}: Props) {
  const table = useRef<HTMLTableElement>(null);
  const isStacked = useIsStacked(table, stackOn);
  return (
    <div className={classes.room}>
      {sort && isStacked && <SortSelect columns={columns} sort={sort} />}
      <table ref={table} className={classes.table} data-stacked={isStacked || undefined} aria-busy={isBusy}>
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.label}
                scope="col"
                data-align={column.align}
                aria-sort={sort && column.sortBy !== undefined ? sortState(column.sortBy, sort) : undefined}
              >
                <Heading column={column} sort={isStacked ? undefined : sort} />
              </th>
            ))}
          </tr>
        </thead>
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: the link that heads a row opens it by keyboard */}
        <tbody data-opens={opensRows || undefined} onClick={opensRows ? openRow : undefined}>
          {children}
        </tbody>
        {isRoving && <RovingRows table={table} onRowKey={onRowKey} />}
      </table>
    </div>
  );
}

function openRow(event: MouseEvent<HTMLElement>): void {
  const { target } = event;
  // Cards and menus of a row lie elsewhere on the page; their clicks come here all the same.
  const row = target instanceof Element ? target.closest('tr') : null;
  openRowOnClick(event, () => row?.querySelector<HTMLElement>('th a[href]')?.click());
}

function Heading({ column, sort }: { column: Column; sort?: ListSort }) {
  if (column.isHidden) return <span className="visually-hidden">{column.label}</span>;
  return sort && column.sortBy !== undefined ? <SortButton column={column} sort={sort} /> : column.label;
}

interface RovingProps extends Pick<Props, 'onRowKey'> {
  table: RefObject<HTMLTableElement | null>;
}

function RovingRows({ table, onRowKey }: RovingProps) {
  useRovingRows(table);
  useRowKeys(table, (key, row) => onRowKey?.(key, row.dataset.row ?? '') ?? false);
  return null;
}

interface CellProps {
  /** The column's name, for the card; a cell without one stands alone there. */
  label?: string;
  align?: 'right';
  /** Takes the room that the others leave; long text in it is cut rather than wrapped. */
  isWide?: boolean;
  /** Names its row, as in a list of people the address does. */
  isHeader?: boolean;
  /** Shows that there is nothing, which a card need not show. */
  isEmpty?: boolean;
  /** Stands in the card's corner. */
  isCorner?: boolean;
  children: ReactNode;
}

export function Cell({ label, align, isWide, isHeader, isEmpty, isCorner, children }: CellProps) {
  const rest = {
    'data-label': label,
    'data-align': align,
    'data-wide': isWide || undefined,
    'data-empty': isEmpty || undefined,
    'data-corner': isCorner || undefined,
  };
  return isHeader ? (
    <th scope="row" {...rest}>
      {children}
    </th>
  ) : (
    <td {...rest}>{children}</td>
  );
}
