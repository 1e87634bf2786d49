import { Button } from '@mantine/core';
import { IconRepeat } from '@tabler/icons-react';
import { filterOfHistory } from '../../api/bulk-filter';
import { BulkButton } from '../../components/bulk/BulkButton';
import { SavedViews } from '../../components/SavedViews';
import { useHistoryGroup, useHistoryUrlState } from '../../components/url-state';
import { CauseFilter } from './CauseFilter';
import { ExportMenu } from './ExportMenu';
import { HistoryConditions } from './HistoryConditions';

/** What the history offers on its own page, behind its filters. */
export function HistoryTools() {
  const { filters } = useHistoryUrlState();
  const [, setGroup] = useHistoryGroup();
  return (
    <>
      <CauseFilter />
      {filters.cause !== undefined && (
        <BulkButton
          action="rerun"
          size="sm"
          request={() => ({ action: 'rerun', filter: filterOfHistory(filters) })}
          leftSection={<IconRepeat size={16} />}
        >
          Re-run all of it…
        </BulkButton>
      )}
      <HistoryConditions />
      <Button variant="default" onClick={() => void setGroup('cause')}>
        Group by cause
      </Button>
      <SavedViews page="history" />
      <ExportMenu />
    </>
  );
}
