import type { AttemptUsage as Usage } from '@job-manager/shared/contract/message';
import { formatBytes } from '../../lib/byte-size';
import { formatDuration } from '../../lib/duration';
import classes from './RunAttempts.module.css';

/** What an attempt took; facts for a list of them. */
export function AttemptUsage({ usage }: { usage: Usage }) {
  const { childPid, cpuMs, peakMemoryBytes, maxLoopLagMs } = usage;
  return (
    <>
      <div>
        <dt>Process</dt>
        <dd>
          {childPid === null ? 'The runner’s' : `Its own, PID ${childPid}`}
          {childPid === null && <span className={classes.note}>figures include what else ran there</span>}
        </dd>
      </div>
      <Figure name="CPU time" value={cpuMs} format={formatDuration} />
      <Figure name="Peak memory" value={peakMemoryBytes} format={formatBytes} />
      <Figure name="Longest loop lag" value={maxLoopLagMs} format={formatDuration} />
    </>
  );
}

interface FigureProps {
  name: string;
  value: number | null;
  format: (value: number) => string;
}

function Figure({ name, value, format }: FigureProps) {
  if (value === null) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd className="tabular">{format(value)}</dd>
    </div>
  );
}
