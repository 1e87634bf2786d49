import type { ErrorPeriod } from '@job-manager/shared/contract/errors';
import { Skeleton } from '@mantine/core';
import { Section } from '../../ui/Section';
import type { ErrorGroups } from './queries';
import { RateChart } from './RateChart';
import { countOf, periodWords } from './rate';

interface Props {
  /** Absent while it is on its way. */
  answer: ErrorGroups | undefined;
  period: ErrorPeriod;
}

/** How many there were in all, and when. */
export function ErrorRateSection({ answer, period }: Props) {
  return (
    <Section
      title="Over time"
      aside={
        answer && (
          <span className="dimmed">
            {countOf(answer.total, 'occurrence')} in {periodWords[period]}
          </span>
        )
      }
    >
      {answer ? (
        <RateChart rate={{ ...answer, values: answer.rate }} period={period} />
      ) : (
        <Skeleton height={146} role="status" aria-label="Loading the rate" />
      )}
    </Section>
  );
}
