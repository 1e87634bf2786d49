import type { JobRun } from '@job-manager/shared/contract/run';
import { useQuery } from '@tanstack/react-query';
import { neighboursQuery } from '../../api/run-list-queries';
import { useServerTime } from '../../api/server-clock';
import classes from './RunUsual.module.css';
import { UsualBand } from './UsualBand';
import { compareWithUsual, describeUsual } from './usual-time';

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
      <UsualBand value={took} usual={data.usual} />
      <p className={classes.text}>
        <strong>{comparison}</strong>: {describeUsual(data.usual)}.
      </p>
    </div>
  );
}
