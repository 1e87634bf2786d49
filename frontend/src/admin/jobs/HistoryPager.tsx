import { Button } from '@mantine/core';
import { IconArrowLeft, IconArrowRight } from '@tabler/icons-react';
import classes from './JobHistoryList.module.css';

interface Props {
  page: number;
  pageSize: number;
  total: number;
  /** Rows on this page. */
  shown: number;
  onPageChange: (page: number) => void;
}

/** "Showing 1–50 of 1,247", and the way to the neighbouring pages. */
export function HistoryPager({ page, pageSize, total, shown, onPageChange }: Props) {
  const first = (page - 1) * pageSize + 1;
  const number = (value: number) => value.toLocaleString('en');
  return (
    <nav className={classes.pager} aria-label="History pages">
      <span className={classes.range}>
        {shown > 0
          ? `Showing ${number(first)}–${number(first + shown - 1)} of ${number(total)}`
          : `${number(total)} runs`}
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
