import type { JobActivity } from '@job-manager/shared/contract/definitions';
import { formatDuration } from '../../lib/duration';
import classes from './definitions.module.css';

/** Within so many percent a job takes as long as before: both figures are about. */
const NOTABLE = 5;

/** How the median of a day compares with the week before: `▲ 9 %`; nothing where either is not known. */
export function TookTrend({ activity: { took, tookBeforeP50: before } }: { activity: JobActivity }) {
  if (took === null || before === null) return null;
  const percent = Math.round((100 * (took.p50 - before)) / Math.max(1, before));
  const amount = `${Math.abs(percent).toLocaleString('en')} %`;
  const [mark, label] =
    percent > NOTABLE
      ? ['▲', `${amount} slower`]
      : percent < -NOTABLE
        ? ['▼', `${amount} faster`]
        : ['=', 'as long as'];
  const isAlike = mark === '=';
  return (
    <span
      className={classes.trend}
      data-slower={percent > NOTABLE || undefined}
      title={`Half took up to ${formatDuration(before)} in the week before`}
    >
      <span aria-hidden>{isAlike ? mark : `${mark} ${amount}`}</span>
      <span className="visually-hidden">
        {isAlike ? 'as long as in the week before' : `${label} than in the week before`}
      </span>
    </span>
  );
}
