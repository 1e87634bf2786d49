import { Button } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useRunDialog } from '../../components/url-state';
import { Page } from '../../ui/Page';
import { ActiveSection } from './ActiveSection';
import { HistorySection } from './HistorySection';
import { StatsSection } from './StatsSection';
import { useCleanUpStalled } from './useCleanUpStalled';

/** The main page: how many, what is going on, what has been. */
export function JobManagerPage() {
  const { openNew } = useRunDialog();
  const cleanUp = useCleanUpStalled();
  return (
    <Page
      title="Jobs"
      lead="Watch, run and cancel background jobs"
      actions={
        <Button leftSection={<IconPlayerPlay size={16} />} onClick={openNew}>
          Run New Job
        </Button>
      }
    >
      <StatsSection onCleanupStalled={cleanUp.ask} />
      <ActiveSection onCleanupStalled={cleanUp.ask} />
      <HistorySection />
      {cleanUp.dialog}
    </Page>
  );
}
