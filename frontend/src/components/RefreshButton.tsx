import { Button } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useServerTime } from '../api/server-clock';
import { formatAgo } from '../lib/duration';

interface Props {
  /** When what is shown was read, by this machine's clock. */
  updatedAt: number;
  isFetching: boolean;
  onRefresh: () => void;
}

/** Reads what a page shows anew, and says how old it is. */
export function RefreshButton({ updatedAt, isFetching, onRefresh }: Props) {
  const age = useServerTime(() => (updatedAt === 0 ? '' : formatAgo(Math.max(0, Date.now() - updatedAt))));
  return (
    <Button
      variant="default"
      leftSection={<IconRefresh size={16} aria-hidden />}
      loading={isFetching && updatedAt === 0}
      onClick={onRefresh}
    >
      Refresh <span className="dimmed tabular">&nbsp;{age}</span>
    </Button>
  );
}
