import { useMediaQuery } from '@mantine/hooks';
import { type ReactNode, type RefObject, useRef } from 'react';
import { useRovingRows } from './roving-rows';
import classes from './Table.module.css';

export interface Column {
  label: string;
  /** Read by screen readers alone: a column of buttons needs no heading to be seen. */
  isHidden?: boolean;
  align?: 'right';
}

interface Props {
  /** Said to screen readers: what the rows are. */
  caption: string;
  columns: readonly Column[];
  /** On screens up to this size each row becomes a small card. */
  stackOn?: keyof typeof widths;
  /** Other rows are on their way, these are still shown. */
  isBusy?: boolean;
  /** The table is one stop of the Tab key, and `j` and `k` move among its rows, which carry `data-row`. */
  isRoving?: boolean;
  /** Rows of `Cell`s. */
  children: ReactNode;
}

const widths = { phone: '(max-width: 48em)', tablet: '(max-width: 62em)' } as const;

/** A plain table; where it finds no room, its rows stand as cards with the column's name before each value. */
export function Table({ caption, columns, stackOn = 'phone', isBusy = false, isRoving = false, children }: Props) {
  const table = useRef<HTMLTableElement>(null);
  const isStacked = useMediaQuery(widths[stackOn], false, { getInitialValueInEffect: false });
  return (
    <table ref={table} className={classes.table} data-stacked={isStacked || undefined} aria-busy={isBusy}>
      <caption className="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ label, isHidden, align }) => (
            <th key={label} scope="col" data-align={align}>
              {isHidden ? <span className="visually-hidden">{label}</span> : label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
      {isRoving && <RovingRows table={table} />}
    </table>
  );
}

function RovingRows({ table }: { table: RefObject<HTMLTableElement | null> }) {
  useRovingRows(table);
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
  /** Says that there is nothing, which a card need not say. */
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
