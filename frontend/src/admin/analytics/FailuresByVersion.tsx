import { useQuery } from '@tanstack/react-query';
import { metricsQuery } from '../../components/metrics/metric-calls';
import { formatOf } from '../../components/metrics/metric-data';
import { Pending } from '../../components/Pending';
import { RelativeTime } from '../../components/RelativeTime';
import { formatDuration } from '../../lib/duration';
import type { RangeName } from '../../lib/time-range';
import { Section } from '../../ui/Section';
import { Cell, Table } from '../../ui/Table';
import type { Column } from '../../ui/TableSort';
import { byVersion } from './failures-by-version';

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
