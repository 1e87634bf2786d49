import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Permitted } from '../../components/Permitted';
import { Page } from '../../ui/Page';
import { RefreshButton } from '../../ui/RefreshButton';
import { AuditSection } from './AuditSection';
import { auditExport, auditQuery } from './queries';
import { useAuditUrlState } from './url-state';

/** Who did what, and when. */
export function AuditPage() {
  return (
    <Permitted permission="viewAudit" title="Audit log">
      <AuditLog />
    </Permitted>
  );
}

function AuditLog() {
  const place = useAuditUrlState();
  const entries = useQuery(auditQuery(place.query, place.before));
  return (
    <Page
      title="Audit log"
      lead="All that was changed, newest first"
      actions={
        <>
          <RefreshButton isFetching={entries.isFetching} onRefresh={() => void entries.refetch()} />
          <Button
            component="a"
            href={auditExport(place.query)}
            download
            variant="default"
            leftSection={<IconDownload size={16} />}
          >
            Export CSV
          </Button>
        </>
      }
    >
      <AuditSection place={place} entries={entries} />
    </Page>
  );
}
