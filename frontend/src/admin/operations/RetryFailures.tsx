import { IconRepeat } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { serverNow } from '../../api/server-clock';
import { RerunCause } from '../../components/bulk/RerunCause';
import { failuresQuery } from '../../components/metrics/metric-calls';
import { Pending } from '../../components/Pending';
import { spellRuns } from '../../lib/spell-runs';
import { boundsOf } from '../../lib/time-range';
import classes from './operations.module.css';
import { Tile } from './Tile';

const RANGE = '24h';
const SHOWN = 3;

/** The most frequent causes of failures of a day, each of which can be run again as a whole. */
export function RetryFailures({ hotkey }: { hotkey?: string }) {
  const query = useQuery(failuresQuery({ range: RANGE, limit: SHOWN }));
  const { data } = query;
  return (
    <Tile
      name="retry"
      hotkey={hotkey}
      title="Retry failures"
      icon={IconRepeat}
      kind="repair"
      text="Queues the failed runs of a cause again, as one batch that can be cancelled."
      count={data && `${spellRuns(data.runs)} failed in 24 hours`}
      needs={['bulk', 'run', 'retry']}
    >
      {data === undefined ? (
        <div className={classes.form}>
          <Pending query={query} what="Failures" rows={SHOWN} isDense />
        </div>
      ) : (
        <ul className={classes.causes}>
          {data.failures.map((cause) => (
            <li key={cause.fingerprint}>
              <span className={classes.cause} title={cause.error}>
                {cause.jobName}: {cause.cause}
              </span>
              <RerunCause cause={cause} times={() => boundsOf(RANGE, serverNow())} />
            </li>
          ))}
        </ul>
      )}
    </Tile>
  );
}
