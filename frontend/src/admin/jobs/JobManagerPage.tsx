import { Button } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { HealthHint } from '../../components/HealthHint';
import { useRunDialog } from '../../components/url-state';
import { useCleanUpStalled } from '../../components/useCleanUpStalled';
import { Page } from '../../ui/Page';
import { SectionBoundary } from '../../ui/SectionBoundary';
import { ActiveSection } from './ActiveSection';
import { HistorySection } from './HistorySection';
import { StatsSection } from './StatsSection';

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
      <HealthHint />
      <SectionBoundary name="Job Statistics" isFramed>
        <StatsSection onCleanupStalled={cleanUp.ask} />
      </SectionBoundary>
      <SectionBoundary name="Active & Queued Jobs" isFramed>
        <ActiveSection onCleanupStalled={cleanUp.ask} />
      </SectionBoundary>
      <SectionBoundary name="Job History" isFramed>
        <HistorySection />
      </SectionBoundary>
      {cleanUp.dialog}
    </Page>
  );
}
