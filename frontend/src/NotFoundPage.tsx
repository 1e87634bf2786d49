import { Button } from '@mantine/core';
import { IconMapQuestion } from '@tabler/icons-react';
import { Link } from 'react-router-dom';
import { paths } from './paths';
import { MessagePage } from './ui/MessagePage';

export function NotFoundPage() {
  return (
    <MessagePage icon={IconMapQuestion} title="Page not found" text="Nothing is at this address. It may have moved.">
      <Button component={Link} to={paths.dashboard}>
        Go to the dashboard
      </Button>
    </MessagePage>
  );
}
