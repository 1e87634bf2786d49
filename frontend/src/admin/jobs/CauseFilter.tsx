import { Button } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useHistoryPlace } from '../../components/url-state';

/** Says that a link narrowed the history to one cause of failures, and takes that back; nothing where it did not. */
export function CauseFilter() {
  const { filters, setFilters } = useHistoryPlace();
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
