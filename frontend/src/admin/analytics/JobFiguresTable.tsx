import type { MetricMeasure } from '@job-manager/shared/metrics';
import { Link } from 'react-router-dom';
import { JobLink } from '../../components/EntityLinks';
import { useListSort } from '../../components/list-sort';
import { Change } from '../../components/metrics/Change';
import { formatOf } from '../../components/metrics/metric-data';
import { historyWith } from '../../components/url-state';
import { formatDuration } from '../../lib/duration';
import type { RangeName } from '../../lib/time-range';
import { Cell, Table } from '../../ui/Table';
import type { Column } from '../../ui/TableSort';
import type { JobRow } from './job-rows';

/** A column of figures: what it is sorted by, and how it is written. */
interface FigureColumn {
  label: string;
  by: keyof JobRow & string;
  write: (row: JobRow, range: RangeName) => React.ReactNode;
}

const written = (value: number | null, format: (value: number) => string) => (value === null ? '–' : format(value));
const share = formatOf('failureRate');
const number = (value: number) => value.toLocaleString('en');
const ofMeasure = (measure: MetricMeasure, by: keyof JobRow & string) => (row: JobRow) =>
  written(row[by] as number | null, formatOf(measure));

const columnsBy = {
  ended: {
    label: 'Runs',
    by: 'ended',
    write: ({ jobName, ended, endedBefore }, range) => (
      <span>
        {jobName === null ? number(ended) : <Link to={historyWith({ jobName, time: range })}>{number(ended)}</Link>}{' '}
        <Change now={ended} before={endedBefore} more="neutral" />
      </span>
    ),
  },
  share: { label: 'Share', by: 'share', write: (row) => written(row.share, share) },
  success: { label: 'Success', by: 'success', write: (row) => written(row.success, share) },
  failed: {
    label: 'Failed',
    by: 'failed',
    write: ({ jobName, failed }, range) =>
      jobName === null || failed === 0 ? (
        number(failed)
      ) : (
        <Link to={historyWith({ jobName, status: 'FAILED', time: range })}>{number(failed)}</Link>
      ),
  },
  p50: { label: 'p50 ≈', by: 'p50', write: ofMeasure('took.p50', 'p50') },
  p95: { label: 'p95 ≈', by: 'p95', write: ofMeasure('took.p95', 'p95') },
  slower: {
    label: 'p50 against before',
    by: 'slower',
    write: ({ slower }) => written(slower, (value) => `${value > 0 ? '+' : ''}${Math.round(value * 100)} %`),
  },
  waited: { label: 'Waited p95 ≈', by: 'waitedP95', write: ofMeasure('waited.p95', 'waitedP95') },
  total: { label: 'Total time', by: 'totalMs', write: ({ totalMs }) => written(totalMs, formatDuration) },
  cpu: { label: 'CPU time', by: 'cpuMs', write: ({ cpuMs }) => written(cpuMs, formatDuration) },
  memory: { label: 'Memory p95 ≈', by: 'memoryP95', write: ofMeasure('memory.p95', 'memoryP95') },
} as const satisfies Record<string, FigureColumn>;
export type FigureName = keyof typeof columnsBy;

const orders = {
  jobName: ({ jobName }: JobRow) => jobName,
  ...(Object.fromEntries(
    Object.values(columnsBy).map(({ by }) => [by, (row: JobRow) => row[by] as number | null]),
  ) as Record<string, (row: JobRow) => number | null>),
};

interface Props {
  rows: readonly JobRow[];
  figures: readonly FigureName[];
  range: RangeName;
}

/** What each job did; the row of all others stands last unless it is sorted. */
export function JobFiguresTable({ rows, figures, range }: Props) {
  const { sort, sorted } = useListSort<JobRow>(orders);
  const columns: Column[] = [
    { label: 'Job', sortBy: 'jobName' },
    ...figures.map((name) => ({
      label: columnsBy[name].label,
      align: 'right' as const,
      sortBy: columnsBy[name].by,
      isLargestFirst: true,
    })),
  ];
  return (
    <Table caption="What each job did" columns={columns} stackOn="tablet" isRoving opensRows sort={sort}>
      {sorted(rows).map((row) => (
        <tr key={row.jobName ?? ''} data-row={row.jobName ?? ''}>
          <Cell isHeader isWide>
            {row.jobName === null ? (
              'All others'
            ) : (
              <span className="long-name">
                <JobLink jobName={row.jobName} />
              </span>
            )}
          </Cell>
          {figures.map((name) => (
            <Cell key={name} label={columnsBy[name].label} align="right">
              {columnsBy[name].write(row, range)}
            </Cell>
          ))}
        </tr>
      ))}
    </Table>
  );
}
