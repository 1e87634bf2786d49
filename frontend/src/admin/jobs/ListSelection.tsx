import type { BulkFilter } from '@job-manager/shared/contract/bulk';
import { limits } from '@job-manager/shared/limits';
import { Button } from '@mantine/core';
import { IconRepeat } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'react-router-dom';
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
  /** Null where they were not counted: the preview finds them. */
  total: number | null;
  filter: () => BulkFilter;
}

interface Props {
  ticks: TickedRows;
  /** Some of the list's runs may not have ended. */
  hasActive?: boolean;
  /** Where all that match can be chosen at once. */
  matching?: Matching;
}

const numbered = ({ total }: Pick<Matching, 'total'>): string =>
  total === null ? '' : `${total.toLocaleString('en')} `;

/** What can be done with ticked runs of a list in pages: each dialog shows which of them it can't be done with. */
export function ListSelection({ ticks, hasActive = false, matching }: Props) {
  // As they were when they were chosen: what ends afterwards is not among them.
  const [all, setAll] = useState<{ total: number | null; filter: BulkFilter } | null>(null);
  const ids = [...ticks.ids];
  const mayExport = useCan('export');
  if (all !== null) {
    return (
      <SelectionBar ticks={ticks} chosen={`All ${numbered(all)}that match`}>
        <BulkButton
          action="rerun"
          request={() => ({ action: 'rerun', filter: all.filter })}
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
      {matching !== undefined && (matching.total === null || matching.total > ids.length) && (
        <Button
          variant="default"
          size="compact-sm"
          onClick={() => setAll({ total: matching.total, filter: matching.filter() })}
        >
          Select all {numbered(matching)}that match
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
