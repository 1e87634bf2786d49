import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { Permitted } from '../../components/Permitted';
import { Page } from '../../ui/Page';
import { AuditSection } from './AuditSection';
import { useAuditPlace } from './place';
import { auditExport } from './queries';

/** Who did what, and when. */
export function AuditPage() {
  return (
    <Permitted permission="viewAudit" title="Audit log">
      <AuditLog />
    </Permitted>
  );
}

function AuditLog() {
  const place = useAuditPlace();
  return (
    <Page
      title="Audit log"
      lead="All that was changed, newest first"
      actions={
        <Button
          component="a"
          href={auditExport(place.query)}
          download
          variant="default"
          leftSection={<IconDownload size={16} />}
        >
          Export CSV
        </Button>
      }
    >
      <AuditSection place={place} />
    </Page>
  );
}
