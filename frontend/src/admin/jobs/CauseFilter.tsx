import { Button } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useHistoryUrlState } from '../../components/url-state';

/** Shows that a link limited the history to one cause of failures, and removes that filter; nothing without one. */
export function CauseFilter() {
  const { filters, setFilters } = useHistoryUrlState();
  if (filters.cause === undefined) return null;
  return (
    <Button
      variant="light"
      rightSection={<IconX size={14} aria-hidden />}
      aria-label="Of one cause: clear"
      onClick={() => setFilters({ ...filters, cause: undefined })}
    >
      Of one cause
    </Button>
  );
}
