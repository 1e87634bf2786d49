import { Button, Loader } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import type { ReactNode } from 'react';

interface Props {
  isFetching: boolean;
  onRefresh: () => void;
  size?: 'xs' | 'sm';
  title?: string;
  /** Behind the word. */
  children?: ReactNode;
}

/** Refreshes something; it shows its state meanwhile. */
export function RefreshButton({ isFetching, onRefresh, size = 'sm', title, children }: Props) {
  const iconSize = size === 'xs' ? 14 : 16;
  return (
    <Button
      variant="default"
      size={size}
      aria-busy={isFetching}
      title={title}
      leftSection={
        isFetching ? <Loader size={iconSize} color="currentColor" aria-hidden /> : <IconRefresh size={iconSize} />
      }
      onClick={onRefresh}
    >
      Refresh
      {children}
    </Button>
  );
}
