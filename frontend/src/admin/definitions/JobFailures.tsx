import { failureRanges } from '@job-manager/shared/contract/failures';
import { useQuery } from '@tanstack/react-query';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { CausesTable } from '../../components/failures/CausesTable';
import { failuresQuery } from '../../components/metrics/metric-calls';
import { Pending } from '../../components/Pending';
import { ButtonChoice } from '../../ui/ButtonChoice';
import { Section } from '../../ui/Section';

const ranges = Object.keys(failureRanges) as (keyof typeof failureRanges)[];
const choices = ranges.map((value) => ({ value, label: value, title: `Failures of the last ${value}` }));
const MAX_CAUSES = 100;

/** The causes of the failures of a job, over the range that the address has; `causes` counts them once they are known. */
export function useJobFailures(jobName: string) {
  const [range, setRange] = useQueryState('failures', parseAsStringLiteral(ranges).withDefault('7d'));
  const query = useQuery(failuresQuery({ jobName, range, limit: MAX_CAUSES }));
  return { range, setRange, query, causes: query.data?.causes ?? 0 };
}

/** Why runs of a job failed, by cause: of one that hides all others one line is enough. */
export function JobFailures({ jobName }: { jobName: string }) {
  const { range, setRange, query } = useJobFailures(jobName);
  return (
    <Section
      title="Failures"
      actions={
        <ButtonChoice
          label="Failures of"
          choices={choices}
          value={range}
          onChange={(wanted) => void setRange(wanted)}
        />
      }
    >
      {query.data ? (
        <CausesTable jobName={jobName} range={range} answer={query.data} />
      ) : (
        <Pending query={query} what="Failures" rows={3} isDense />
      )}
    </Section>
  );
}
