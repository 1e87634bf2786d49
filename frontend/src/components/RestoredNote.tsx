import { Button } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { Banner } from '../ui/Banner';

/** Shows that a form holds what was typed into it before, and offers to start again. */
export function RestoredNote({ onDiscard }: { onDiscard: () => void }) {
  return (
    <Banner
      icon={IconHistory}
      actions={
        <Button variant="default" size="compact-sm" onClick={onDiscard}>
          Discard
        </Button>
      }
    >
      Restored: what you entered here before and did not send.
    </Banner>
  );
}
