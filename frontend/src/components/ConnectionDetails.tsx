import { useFallback } from '../api/live/HttpFallback';
import { useLive } from '../api/live/LiveProvider';
import { Attempt, LastMessage, ReconnectNow } from './ConnectionFacts';
import classes from './ConnectionIndicator.module.css';

/** How the connection is doing: when the last message came, which try it is on, and a way to try now. */
export function ConnectionDetails() {
  const status = useLive((live) => live.status);
  const { isBlocked } = useFallback();
  return (
    <div className={classes.details}>
      <p className={classes.state}>
        {status === 'live'
          ? 'Changes arrive as they happen.'
          : isBlocked
            ? 'The list is read every 10 s meanwhile.'
            : 'The list continues by itself as soon as the server answers.'}
      </p>
      <dl className={classes.facts}>
        <dt>Last message</dt>
        <dd>
          <LastMessage />
        </dd>
        {status !== 'live' && (
          <>
            <dt>Attempt</dt>
            <dd>
              <Attempt />
            </dd>
          </>
        )}
      </dl>
      {status !== 'live' && <ReconnectNow />}
    </div>
  );
}
