import { failureRanges } from '@job-manager/shared/contract/failures';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { CausesTable } from '../../components/failures/CausesTable';
import { failuresQuery } from '../../components/metrics/metric-calls';
import { Pending } from '../../components/Pending';
import { useHistoryUrlState } from '../../components/url-state';
import { Section } from '../../ui/Section';

const MAX_CAUSES = 100;
const ranges = Object.keys(failureRanges) as (keyof typeof failureRanges)[];

/** The failures of the history folded by their causes, of the job and the time that its filters name. */
export function HistoryByCause({ onLeave }: { onLeave: () => void }) {
  const { jobName, time } = useHistoryUrlState().filters;
  const range = ranges.find((name) => name === time) ?? '7d';
  const query = useQuery(failuresQuery({ jobName, range, limit: MAX_CAUSES }));
  return (
    <Section
      title={`Failures of the last ${range} by cause`}
      actions={
        <Button variant="default" onClick={onLeave}>
          Single runs
        </Button>
      }
    >
      {query.data ? (
        <CausesTable jobName={jobName} range={range} answer={query.data} />
      ) : (
        <Pending query={query} what="Failures" rows={4} isDense />
      )}
    </Section>
  );
}
