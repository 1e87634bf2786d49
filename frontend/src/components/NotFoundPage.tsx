import { Button } from '@mantine/core';
import { IconMapQuestion } from '@tabler/icons-react';
import { useEffect } from 'react';
import { Link } from 'react-router-dom';
import { paths } from '../paths';
import { EmptyState } from '../ui/EmptyState';
import { Page } from '../ui/Page';

/** For an address that no page has; the search has the focus, to find what was meant. */
export function NotFoundPage() {
  useEffect(() => document.getElementById('search')?.focus(), []);
  return (
    <Page title="Page not found">
      <EmptyState
        icon={IconMapQuestion}
        title="Nothing is at this address"
        text="It may be mistyped, or from another version of the panel."
        action={
          <Button component={Link} to={paths.dashboard} variant="default">
            Go to the dashboard
          </Button>
        }
      />
    </Page>
  );
}
