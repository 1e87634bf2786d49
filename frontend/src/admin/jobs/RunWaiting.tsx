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
import { Suspense } from 'react';
import { Link } from 'react-router-dom';
import { useCan } from '../../api/session';
import { ChannelLink, JobLink } from '../../components/EntityLinks';
import { DateTime } from '../../components/RelativeTime';
import { paths } from '../../paths';
import { loadable } from '../../ui/loadable';
import classes from './RunWaiting.module.css';

const ResumeChannel = loadable(() =>
  import('../../components/channels/ResumeChannel').then((module) => module.ResumeChannel),
);

interface Appearance {
  title: string;
  icon: TablerIcon;
  /** The page with its details. */
  leadsTo?: 'job' | 'channel' | 'runners';
  /** Lasts until an operator acts. */
  needsOperator?: true;
}

const appearances = {
  scheduled: { title: 'Starts later', icon: IconClock },
  retry: { title: 'Waits for its next attempt', icon: IconRepeat },
  blocked: { title: 'Waits for other runs', icon: IconHierarchy2 },
  jobPaused: { title: 'Its job is paused', icon: IconPlayerPause, leadsTo: 'job', needsOperator: true },
  channelPaused: { title: 'Its channel is paused', icon: IconPlayerPause, leadsTo: 'channel', needsOperator: true },
  channelFull: { title: 'Its channel is full', icon: IconStack2, leadsTo: 'channel' },
  rateLimited: { title: 'Its channel has started enough for now', icon: IconGauge, leadsTo: 'channel' },
  noCode: { title: 'Its code is missing', icon: IconCodeOff, leadsTo: 'job', needsOperator: true },
  noRunner: { title: 'No runner', icon: IconPlugConnectedX, leadsTo: 'runners', needsOperator: true },
  runnersBusy: { title: 'All runners are busy', icon: IconListNumbers, leadsTo: 'runners' },
  inLine: { title: 'Waits in line', icon: IconListNumbers },
} as const satisfies Record<WaitReason, Appearance>;

interface Props {
  run: JobRun;
  waiting: NonNullable<JobRun['waiting']>;
}

/** Why a queued run has not been started, and the page with details. */
export function RunWaiting({ run, waiting }: Props) {
  const appearance: Appearance = appearances[waiting.reason];
  const canResume = useCan('manageChannels');
  return (
    <section className={classes.waiting} data-needs-operator={appearance.needsOperator} aria-label="Why it waits">
      <appearance.icon size={20} stroke={1.75} className={classes.icon} aria-hidden />
      <div className={classes.words}>
        <h3 className={classes.title}>{appearance.title}</h3>
        <p className={classes.text}>{waiting.message}</p>
        {appearance.leadsTo === 'runners' ? (
          <p className={classes.text}>
            <Link to={paths.runners}>Runners</Link>
          </p>
        ) : (
          appearance.leadsTo && (
            <p className={classes.text}>
              {appearance.leadsTo === 'job' ? 'Job ' : 'Channel '}
              {appearance.leadsTo === 'job' ? <JobLink jobName={run.jobName} /> : <ChannelLink channel={run.channel} />}
            </p>
          )
        )}
        {waiting.until !== null && (
          <p className={classes.text}>
            Until <DateTime at={waiting.until} />
          </p>
        )}
      </div>
      {waiting.reason === 'channelPaused' && canResume && (
        <Suspense fallback={null}>
          <ResumeChannel name={run.channel} />
        </Suspense>
      )}
    </section>
  );
}
