import { Button } from '@mantine/core';
import { IconFilterOff, IconUsers } from '@tabler/icons-react';
import { EmptyState } from '../../ui/EmptyState';
import type { useUsersUrlState } from './url-state';

interface Props {
  place: Pick<ReturnType<typeof useUsersUrlState>, 'clear' | 'setPage'>;
  isPastEnd: boolean;
}

/** The reader is on the list, so only filters or a page beyond the end can leave it empty. */
export function NoUsers({ place, isPastEnd }: Props) {
  if (isPastEnd) {
    return (
      <EmptyState
        icon={IconUsers}
        title="This page is past the end"
        text="There are fewer users than that."
        action={<Button onClick={() => place.setPage(1)}>Go to the first page</Button>}
      />
    );
  }
  return (
    <EmptyState
      icon={IconFilterOff}
      title="No users match these filters"
      text="Search for another part of the e-mail address, or choose another role."
      action={
        <Button variant="default" onClick={place.clear}>
          Clear filters
        </Button>
      }
    />
  );
}
