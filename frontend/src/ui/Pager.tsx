import { Button } from '@mantine/core';
import { IconArrowLeft, IconArrowRight } from '@tabler/icons-react';
import classes from './Pager.module.css';

interface Props {
  /** Names the landmark: "History pages". */
  label: string;
  /** The noun of the items: "runs". */
  noun: string;
  page: number;
  pageSize: number;
  total: number;
  /** Rows on this page. */
  shown: number;
  onPageChange: (page: number) => void;
}

/** "Showing 1–50 of 1,247", and the way to the neighbouring pages. */
export function Pager({ label, noun, page, pageSize, total, shown, onPageChange }: Props) {
  return (
    <nav className={classes.pager} aria-label={label}>
      <span className={classes.range}>
        {shown > 0 ? describeRange((page - 1) * pageSize + 1, shown, total) : `${number(total)} ${noun}`}
      </span>
      <div className={classes.turn}>
        <Button
          variant="default"
          leftSection={<IconArrowLeft size={16} />}
          disabled={page <= 1}
          onClick={() => onPageChange(page - 1)}
        >
          Prev
        </Button>
        <Button
          variant="default"
          rightSection={<IconArrowRight size={16} />}
          disabled={page * pageSize >= total}
          onClick={() => onPageChange(page + 1)}
        >
          Next
        </Button>
      </div>
    </nav>
  );
}

const number = (value: number) => value.toLocaleString('en');

/** "Showing 51–100 of 1,247": so many from the first one on. */
export const describeRange = (first: number, shown: number, total: number): string =>
  `Showing ${number(first)}–${number(first + shown - 1)} of ${number(total)}`;
