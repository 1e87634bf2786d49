import type { MetricsAnswer } from '@job-manager/shared/contract/metrics';
import { useQuery } from '@tanstack/react-query';
import { metricsQuery } from '../../components/metrics/metric-calls';
import { formatOf, seriesOf } from '../../components/metrics/metric-data';
import { Pending } from '../../components/Pending';
import { RelativeTime } from '../../components/RelativeTime';
import { formatDuration } from '../../lib/duration';
import type { RangeName } from '../../lib/time-range';
import { Section } from '../../ui/Section';
import { Cell, Table } from '../../ui/Table';
import type { Column } from '../../ui/TableSort';

const columns: Column[] = [
  { label: 'Version' },
  { label: 'First ran' },
  { label: 'Ended', align: 'right' },
  { label: 'Failed', align: 'right' },
  { label: 'Failure rate', align: 'right' },
];
const share = formatOf('failureRate');

/** Since which version a job fails: how its runs ended while each version was the newest. Nothing where the range has none. */
export function FailuresByVersion({ jobName, range }: { jobName: string; range: RangeName }) {
  const query = useQuery(metricsQuery({ measures: ['completed', 'failed'], range, jobName }));
  const { data } = query;
  const rows = data && byVersion(data);
  if (rows?.every(({ version }) => version === null)) return null;
  return (
    <Section
      title="By version"
      aside={
        data && (
          <span className="dimmed">
            While each was the newest, to the {data.stepMs === 3_600_000 ? 'hour' : formatDuration(data.stepMs)}
          </span>
        )
      }
    >
      {rows === undefined ? (
        <Pending query={query} what="Versions" rows={3} isDense />
      ) : (
        <Table caption={`Failures of ${jobName} by version`} columns={columns}>
          {rows.map(({ version, at, ended, failed }) => (
            <tr key={version ?? 'before'}>
              <Cell isHeader>{version ?? 'Before'}</Cell>
              <Cell label="First ran" isEmpty={at === null}>
                {at === null ? '–' : <RelativeTime at={at} isPast />}
              </Cell>
              <Cell label="Ended" align="right">
                {ended.toLocaleString('en')}
              </Cell>
              <Cell label="Failed" align="right">
                {failed.toLocaleString('en')}
              </Cell>
              <Cell label="Failure rate" align="right">
                {ended === 0 ? '–' : share(failed / ended)}
              </Cell>
            </tr>
          ))}
        </Table>
      )}
    </Section>
  );
}

/** How the runs of a job ended while a version was its newest. */
interface VersionRow {
  /** Null for what ended before the first version of the range. */
  version: string | null;
  /** When it first ran; null for what was before. */
  at: string | null;
  ended: number;
  failed: number;
}

/**
 * Completed and failed runs by the version that was the newest in each step, the newest first: a step in which a version first
 * ran counts as its own. Runs carry no version in the counters, so an old version that still works is counted with the new one.
 */
function byVersion(answer: MetricsAnswer): VersionRow[] {
  const [completed, failed] = (['completed', 'failed'] as const).map((measure) => seriesOf(answer, measure));
  if (!completed || !failed) return [];
  const marks = answer.marks.toSorted((one, other) => Date.parse(other.at) - Date.parse(one.at));
  const rows: VersionRow[] = [...marks, { at: null, version: null }].map(({ at, version }) => ({
    ...{ version, at },
    ...{ ended: 0, failed: 0 },
  }));
  const from = Date.parse(answer.from);
  for (const [index, well] of completed.points.entries()) {
    const end = from + (index + 1) * completed.stepMs;
    const row = rows.find(({ at }) => at === null || Date.parse(at) < end);
    if (!row) continue;
    const badly = failed.points[index] ?? 0;
    row.ended += (well ?? 0) + badly;
    row.failed += badly;
  }
  return rows.filter(({ version, ended }) => version !== null || ended > 0);
}
