import type { JobChannel } from '@job-manager/shared/contract/channels';
import type { Issue } from '@job-manager/shared/contract/issues';
import { Button } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconUrgent } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { useCan } from '../../api/session';
import { channelsQuery } from '../../components/channels/calls';
import { useChannelActs } from '../../components/channels/useChannelActs';
import { Pending } from '../../components/Pending';
import { RelativeTime } from '../../components/RelativeTime';
import { historyWith } from '../../components/url-state';
import { paths } from '../../paths';
import { EmptyState } from '../../ui/EmptyState';
import { Section } from '../../ui/Section';
import { issuesQuery } from './calls';
import classes from './overview.module.css';

/** What needs an operator now, the worst first, each with one act. */
export function HotIssues() {
  const query = useQuery(issuesQuery());
  const { data } = query;
  const { data: channels = [] } = useQuery(channelsQuery());
  const { resume } = useChannelActs();
  const channelOf = ({ subject }: Issue) =>
    subject.kind === 'channel' ? channels.find(({ name }) => name === subject.channel) : undefined;
  // One that was resumed since is none any more.
  const issues = data?.issues.filter((issue) => {
    const wasPaused = issue.subject.kind === 'channel' && issue.subject.isPaused;
    return !wasPaused || channelOf(issue)?.paused !== null;
  });
  const hidden = data ? data.total - data.issues.length : 0;
  return (
    <Section
      title="Hot issues"
      aside={data && data.total > 0 && <span className="dimmed">{data.total.toLocaleString('en')}</span>}
    >
      {issues === undefined ? (
        <Pending query={query} what="Issues" isDense />
      ) : issues.length > 0 ? (
        <>
          <ul className={classes.issues}>
            {issues.map((issue) => (
              <IssueRow key={issue.key} issue={issue} channel={channelOf(issue)} onResume={resume} />
            ))}
          </ul>
          {hidden > 0 && <p className="dimmed">And {hidden.toLocaleString('en')} more.</p>}
        </>
      ) : (
        <EmptyState
          icon={IconCircleCheck}
          title="Nothing needs you"
          text="Failing jobs, late and forgotten channels and troubles of the service are listed here."
        />
      )}
    </Section>
  );
}

interface RowProps {
  issue: Issue;
  channel: JobChannel | undefined;
  onResume: (channel: JobChannel) => void;
}

function IssueRow({ issue: { severity, message, since, subject }, channel, onResume }: RowProps) {
  const mayResume = useCan('manageChannels');
  const Icon = severity === 'critical' ? IconUrgent : IconAlertTriangle;
  return (
    <li className={classes.issue} data-severity={severity}>
      <Icon size={18} aria-hidden className={classes.icon} />
      <span className={classes.text}>
        <span className="visually-hidden">{severity === 'critical' ? 'Critical: ' : 'Warning: '}</span>
        {message}
        {since && (
          <span className={classes.since}>
            since <RelativeTime at={since} isPast />
          </span>
        )}
      </span>
      <span className={classes.issueActs}>
        {channel && channel.paused !== null && mayResume && (
          <Button
            variant="default"
            size="compact-sm"
            aria-label={`Resume channel ${channel.name}`}
            onClick={() => onResume(channel)}
          >
            Resume
          </Button>
        )}
        <Button
          component={Link}
          to={placeOf(subject)}
          variant="default"
          size="compact-sm"
          aria-label={`Show: ${message}`}
        >
          Show
        </Button>
      </span>
    </li>
  );
}

/** Where an operator looks into it. */
function placeOf(subject: Issue['subject']): string {
  switch (subject.kind) {
    case 'service':
      return paths.systemStatus;
    case 'failures': {
      const { jobName, fingerprint } = subject;
      return historyWith({ jobName, status: 'FAILED', time: '1h', cause: fingerprint ?? undefined });
    }
    case 'channel':
      return paths.channel(subject.channel);
    case 'job':
      return paths.definition(subject.jobName);
    case 'schedule':
      return paths.schedule(subject.scheduleId);
    case 'run':
      return paths.run(subject.jobRunId);
  }
}
