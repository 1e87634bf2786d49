import { Button } from '@mantine/core';
import { IconArrowRight, IconChevronsLeft } from '@tabler/icons-react';
import classes from './AuditPager.module.css';

interface Props {
  isAtNewest: boolean;
  /** The entry that the next page begins after; null when this is the last. */
  older: string | null;
  onGo: (before: string | null) => void;
}

/** Towards the past page by page, and back to now at once. */
export function AuditPager({ isAtNewest, older, onGo }: Props) {
  if (isAtNewest && older === null) return null;
  return (
    <nav className={classes.pager} aria-label="Audit log pages">
      <Button
        variant="default"
        leftSection={<IconChevronsLeft size={16} />}
        disabled={isAtNewest}
        onClick={() => onGo(null)}
      >
        Newest
      </Button>
      <Button
        variant="default"
        rightSection={<IconArrowRight size={16} />}
        disabled={older === null}
        onClick={() => onGo(older)}
      >
        Older
      </Button>
    </nav>
  );
}
