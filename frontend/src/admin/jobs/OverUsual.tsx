import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { useQuery } from '@tanstack/react-query';
import { usualQuery } from '../../api/job-activity-queries';
import { useServerTime } from '../../api/server-clock';
import { formatDuration } from '../../lib/duration';
import classes from './OverUsual.module.css';
import { describeUsual, isOverUsual } from './usual-time';

/** Shows that a running run takes longer than 95 % of its job's; advice, no more. */
export function OverUsual({ run }: { run: JobRunSummary }) {
  const { data } = useQuery({ ...usualQuery(), enabled: run.status === 'RUNNING' });
  const usual = data?.get(run.jobName);
  const isOver = useServerTime(
    (now) =>
      usual !== undefined &&
      run.status === 'RUNNING' &&
      run.startedAt !== null &&
      isOverUsual(now - Date.parse(run.startedAt), usual),
  );
  if (!isOver || usual === undefined) return null;
  return (
    <span className={classes.usual} title={`Longer than usual: ${describeUsual(usual)}`}>
      usual {formatDuration(usual.p50)}
      <span aria-hidden> ▲</span>
      <span className="visually-hidden">, longer than that</span>
    </span>
  );
}
