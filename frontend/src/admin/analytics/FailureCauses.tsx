import { failureRanges } from '@job-manager/shared/contract/failures';
import { useQuery } from '@tanstack/react-query';
import { CausesTable } from '../../components/failures/CausesTable';
import { failuresQuery } from '../../components/metrics/metric-calls';
import { Pending } from '../../components/Pending';
import { Section } from '../../ui/Section';
import type { useAnalyticsUrlState } from './url-state';

const MAX_CAUSES = 50;
const ranges = Object.keys(failureRanges) as (keyof typeof failureRanges)[];

/** Why runs failed, as far back as single causes are kept. */
export function FailureCauses({ place: { range: wanted, job } }: { place: ReturnType<typeof useAnalyticsUrlState> }) {
  const range = ranges.find((name) => name === wanted) ?? (wanted === '6h' ? '24h' : '30d');
  const query = useQuery(failuresQuery({ jobName: job ?? undefined, range, limit: MAX_CAUSES }));
  return (
    <Section title={`By cause, in ${range}`}>
      {query.data ? (
        <CausesTable jobName={job ?? undefined} range={range} answer={query.data} />
      ) : (
        <Pending query={query} what="Causes" rows={4} isDense />
      )}
    </Section>
  );
}
