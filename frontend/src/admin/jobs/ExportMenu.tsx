import { historyExport } from '@job-manager/shared/contract/history-export';
import { limits } from '@job-manager/shared/limits';
import { Button, Menu } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { downloadAddress } from '../../api/download-address';
import { type HistoryFilters, historyQuery } from '../../api/job-queries';
import { serverNow } from '../../api/server-clock';
import { useCan } from '../../api/session';
import { useHistoryUrlState } from '../../components/url-state';
import { boundsOf } from '../../lib/time-range';

const formats = [
  { format: 'csv', label: 'CSV, for spreadsheets' },
  { format: 'jsonl', label: 'JSON lines, for programs' },
] as const;
const WITH_JSON =
  'id,job,status,result,trigger,startedBy,channel,priority,scope,correlationId,version,attempts,warnings,errors,waitedMs,tookMs,runner,batch,rerunOf,queuedAt,startedAt,finishedAt,parameters,metadata';

/** The runs that the filters match, as a file; nothing for those who may not. */
export function ExportMenu() {
  const { filters, page, cursor } = useHistoryUrlState();
  // As the list has read it.
  const { data } = useQuery({ ...historyQuery(filters, { page, cursor }), enabled: false });
  const mayExport = useCan('export');
  if (!mayExport) return null;
  return (
    <Menu withinPortal={false} position="bottom-start">
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={16} />}>
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {data?.totalIsExact && data.total > limits.exportedRuns && (
          <Menu.Label>
            The newest {limits.exportedRuns.toLocaleString('en')} of {data.total.toLocaleString('en')}
          </Menu.Label>
        )}
        {formats.map(({ format, label }) => (
          <Menu.Item key={format} component="a" href={exportAddress(filters, { format })} download>
            {label}
          </Menu.Item>
        ))}
        <Menu.Item component="a" href={exportAddress(filters, { format: 'jsonl', columns: WITH_JSON })} download>
          JSON lines with parameters and metadata
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** The address of a file with the runs that these filters match, or with these runs alone. */
export function exportAddress(
  { time, more, ...filters }: HistoryFilters,
  choice: { format: 'csv' | 'jsonl'; columns?: string; ids?: string },
): string {
  const times = time === undefined ? {} : boundsOf(time, serverNow());
  return downloadAddress(historyExport.runs, { ...filters, ...more, ...times, ...choice });
}
