import type { JobRun } from '@job-manager/shared/contract/run';
import type { WaitReason } from '@job-manager/shared/run';
import {
  IconClock,
  IconCodeOff,
  IconGauge,
  IconHierarchy2,
  IconListNumbers,
  IconPlayerPause,
  IconPlugConnectedX,
  IconRepeat,
  IconStack2,
  type TablerIcon,
} from '@tabler/icons-react';
import { DateTime } from '../../components/RelativeTime';
import classes from './RunWaiting.module.css';

interface Look {
  title: string;
  icon: TablerIcon;
  /** Goes on until somebody does something. */
  needsSomebody?: true;
}

const looks = {
  scheduled: { title: 'Starts later', icon: IconClock },
  retry: { title: 'Waits for its next attempt', icon: IconRepeat },
  blocked: { title: 'Waits for other runs', icon: IconHierarchy2 },
  jobPaused: { title: 'Its job is paused', icon: IconPlayerPause, needsSomebody: true },
  channelPaused: { title: 'Its channel is paused', icon: IconPlayerPause, needsSomebody: true },
  channelFull: { title: 'Its channel is full', icon: IconStack2 },
  rateLimited: { title: 'Its channel has started enough for now', icon: IconGauge },
  noCode: { title: 'Its code is missing', icon: IconCodeOff, needsSomebody: true },
  noRunner: { title: 'No runner', icon: IconPlugConnectedX, needsSomebody: true },
  runnersBusy: { title: 'All runners are busy', icon: IconListNumbers },
  inLine: { title: 'Waits in line', icon: IconListNumbers },
} as const satisfies Record<WaitReason, Look>;

/** Why a queued run has not been started. */
export function RunWaiting({ waiting }: { waiting: NonNullable<JobRun['waiting']> }) {
  const look: Look = looks[waiting.reason];
  return (
    <section className={classes.waiting} data-needs-somebody={look.needsSomebody} aria-label="Why it waits">
      <look.icon size={20} stroke={1.75} className={classes.icon} aria-hidden />
      <div className={classes.words}>
        <h3 className={classes.title}>{look.title}</h3>
        <p className={classes.text}>{waiting.message}</p>
        {waiting.until !== null && (
          <p className={classes.text}>
            Until <DateTime at={waiting.until} />
          </p>
        )}
      </div>
    </section>
  );
}
