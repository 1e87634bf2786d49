import type { ErrorPeriod } from '@job-manager/shared/contract/errors';
import { Change } from '../../components/metrics/Change';
import { ChartSkeleton } from '../../ui/ChartSkeleton';
import { Section } from '../../ui/Section';
import type { ErrorGroups } from './queries';
import { RateChart, Total } from './RateChart';

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
          <>
            <Total count={answer.total} period={period} />{' '}
            <Change now={answer.total} before={answer.previousTotal} more="bad" />
          </>
        )
      }
    >
      {answer ? (
        <RateChart rate={{ ...answer, values: answer.rate }} period={period} />
      ) : (
        <ChartSkeleton height={146} label="Loading the rate" />
      )}
    </Section>
  );
}
