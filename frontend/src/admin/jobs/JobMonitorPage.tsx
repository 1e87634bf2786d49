import { Button } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { ConnectionIndicator } from '../../components/ConnectionIndicator';
import { useRunDialog } from '../../components/url-state';
import { useCleanUpStalled } from '../../components/useCleanUpStalled';
import { Page } from '../../ui/Page';
import { SectionBoundary } from '../../ui/SectionBoundary';
import { ActiveSection } from './ActiveSection';

/** What is going on now, and nothing else: a page for the second screen. */
export function JobMonitorPage() {
  const { openNew } = useRunDialog();
  const cleanUp = useCleanUpStalled();
  return (
    <Page
      title="Monitor"
      lead={<ConnectionIndicator />}
      actions={
        <Button leftSection={<IconPlayerPlay size={16} />} onClick={openNew}>
          Run New Job
        </Button>
      }
    >
      <SectionBoundary name="Active & Queued Jobs" isFramed>
        <ActiveSection isFullHeight onCleanupStalled={cleanUp.ask} />
      </SectionBoundary>
      {cleanUp.dialog}
    </Page>
  );
}
