import type { JobRun } from '@job-manager/shared/contract/run';
import { useQuery } from '@tanstack/react-query';
import { neighboursQuery } from '../../api/run-list-queries';
import { useServerTime } from '../../api/server-clock';
import classes from './RunUsual.module.css';
import { compareWithUsual, describeUsual, type Usual } from './usual-time';

/** How the time of a run compares with that of earlier ones that succeeded; nothing where too few are known. */
export function RunUsual({ run }: { run: JobRun }) {
  const { data } = useQuery(neighboursQuery(run));
  const isOver = run.status === 'SUCCESS';
  // By the second: the figure of a run that goes on moves with its clock.
  const took = useServerTime((now) => {
    if (isOver || run.startedAt === null) return run.durationMs ?? 0;
    return Math.max(0, Math.floor((now - Date.parse(run.startedAt)) / 1_000) * 1_000);
  });
  const comparison = data?.usual ? compareWithUsual(took, data.usual, isOver) : null;
  if (!data?.usual || comparison === null) return null;
  return (
    <div className={classes.usual}>
      <Band took={took} usual={data.usual} />
      <p className={classes.text}>
        <strong>{comparison}</strong>: {describeUsual(data.usual)}.
      </p>
    </div>
  );
}

/** The time of the run as a mark on the band from p50 to p95; the sentence below gives the same. */
function Band({ took, usual: { p50, p95 } }: { took: number; usual: Usual }) {
  const whole = Math.max(took, p95, 1) * 1.05;
  const percent = (ms: number) => `${(100 * ms) / whole}%`;
  return (
    <div className={classes.scale} aria-hidden>
      <span className={classes.band} style={{ left: percent(p50), width: percent(p95 - p50) }} />
      <span className={classes.mark} style={{ left: percent(took) }} />
    </div>
  );
}
