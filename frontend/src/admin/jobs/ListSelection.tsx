import { limits } from '@job-manager/shared/limits';
import { Button } from '@mantine/core';
import { IconRepeat } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import type { BulkRequest } from '../../api/bulk-queries';
import { useCan } from '../../api/session';
import { BulkButton } from '../../components/bulk/BulkButton';
import type { TickedRows } from '../../components/ticks';
import { paths } from '../../paths';
import { CancelTicked } from './CancelTicked';
import { exportAddress } from './ExportMenu';
import { RerunTicked } from './RerunTicked';
import { SelectionBar } from './SelectionBar';

const ExportTicked = ({ ids }: { ids: readonly string[] }) => (
  <Button
    component="a"
    href={exportAddress({}, { format: 'csv', ids: ids.join(',') })}
    download
    variant="default"
    size="compact-sm"
  >
    Export
  </Button>
);

/** All runs of a list, on whatever page. */
interface Matching {
  total: number;
  filter: () => NonNullable<BulkRequest['filter']>;
}

interface Props {
  ticks: TickedRows;
  /** Some of the list's runs may not have ended. */
  hasActive?: boolean;
  /** Where all that match can be chosen at once. */
  matching?: Matching;
}

/** What can be done with ticked runs of a list in pages: each dialog says which of them it can't be done with. */
export function ListSelection({ ticks, hasActive = false, matching }: Props) {
  const [isAll, setAll] = useState(false);
  const ids = [...ticks.ids];
  const mayExport = useCan('export');
  if (isAll && matching !== undefined) {
    return (
      <SelectionBar ticks={ticks} chosen={`All ${matching.total.toLocaleString('en')} that match`}>
        <BulkButton
          action="rerun"
          request={() => ({ action: 'rerun', filter: matching.filter() })}
          leftSection={<IconRepeat size={16} />}
          onDone={ticks.clear}
        >
          Re-run…
        </BulkButton>
      </SelectionBar>
    );
  }
  return (
    <SelectionBar ticks={ticks}>
      {matching !== undefined && matching.total > ids.length && (
        <Button variant="default" size="compact-sm" onClick={() => setAll(true)}>
          Select all {matching.total.toLocaleString('en')} that match
        </Button>
      )}
      {hasActive && <CancelTicked ids={ids} onDone={ticks.clear} />}
      <RerunTicked ids={ids} onDone={ticks.clear} />
      {ids.length === 2 && (
        <Button component={Link} to={paths.compare(ids[0] ?? '', ids[1] ?? '')} variant="default" size="compact-sm">
          Compare
        </Button>
      )}
      {mayExport && ids.length <= limits.bulkIds && <ExportTicked ids={ids} />}
    </SelectionBar>
  );
}
