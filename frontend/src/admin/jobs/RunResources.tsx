import type { AttemptUsage } from '@job-manager/shared/contract/message';
import type { JobRun } from '@job-manager/shared/contract/run';
import { useQuery } from '@tanstack/react-query';
import { neighboursQuery } from '../../api/run-list-queries';
import { formatBytes } from '../../lib/byte-size';
import { formatDuration } from '../../lib/duration';
import { Fact } from '../../ui/Facts';
import classes from './RunFacts.module.css';
import { UsualBand } from './UsualBand';
import { compareUse, type Usual } from './usual-time';

/** What the last attempt of a run used, and how that compares with earlier runs of the job. */
export function RunResources({ run, usage }: { run: JobRun; usage: AttemptUsage }) {
  const { cpuMs, peakMemoryBytes, maxLoopLagMs, childPid } = usage;
  const usual = useQuery(neighboursQuery(run)).data?.usualUse;
  return (
    <>
      <Used name="CPU time" value={cpuMs} usual={usual?.cpuMs ?? null} format={formatDuration} />
      <Used name="Peak memory" value={peakMemoryBytes} usual={usual?.peakMemoryBytes ?? null} format={formatBytes} />
      <Used name="Longest loop lag" value={maxLoopLagMs} usual={null} format={formatDuration} />
      <Fact name="Process">
        {childPid === null ? 'that of the runner' : `its own, PID ${childPid}`}
        {childPid === null && <span className={classes.note}>the figures include what else ran there</span>}
      </Fact>
    </>
  );
}

interface UsedProps {
  name: string;
  value: number | null;
  usual: Usual | null;
  format: (value: number) => string;
}

function Used({ name, value, usual, format }: UsedProps) {
  if (value === null) return <Fact name={name}>not measured</Fact>;
  const comparison = usual && compareUse(value, usual);
  return (
    <Fact name={name}>
      {format(value)}
      {usual && comparison && (
        <>
          <UsualBand value={value} usual={usual} />
          <span className={classes.note}>
            {comparison}: half used up to {format(usual.p50)}, 95 % up to {format(usual.p95)}
          </span>
        </>
      )}
    </Fact>
  );
}
