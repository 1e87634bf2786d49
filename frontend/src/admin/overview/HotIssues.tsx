import type { JobChannel } from '@job-manager/shared/contract/channels';
import type { Issue, MutedIssue } from '@job-manager/shared/contract/issues';
import { Button } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useCan } from '../../api/session';
import { channelsQuery } from '../../components/channels/calls';
import { useChannelActs } from '../../components/channels/useChannelActs';
import { Pending } from '../../components/Pending';
import { RelativeTime } from '../../components/RelativeTime';
import { EmptyState } from '../../ui/EmptyState';
import { Section } from '../../ui/Section';
import { overviewQuery } from './calls';
import { IssueRow } from './IssueRow';
import classes from './overview.module.css';
import { useIssueMutes } from './useIssueMutes';

/** What needs an operator now, the worst first, each with one act. */
export function HotIssues() {
  const query = useQuery({ ...overviewQuery(), select: ({ issues }) => issues });
  const { data } = query;
  const { data: channels = [] } = useQuery(channelsQuery());
  const { resume } = useChannelActs();
  const mute = useIssueMutes();
  const [isMutedShown, showMuted] = useState(false);
  const channelOf = ({ subject }: Issue): JobChannel | undefined =>
    subject.kind === 'channel' ? channels.find(({ name }) => name === subject.channel) : undefined;
  // One that was resumed since is none any more.
  const issues = data?.issues.filter((issue) => {
    const wasPaused = issue.subject.kind === 'channel' && issue.subject.isPaused;
    return !wasPaused || channelOf(issue)?.paused !== null;
  });
  const hidden = data ? data.total - data.issues.length : 0;
  const muted = data?.muted ?? [];
  return (
    <Section
      title="Hot issues"
      aside={data && data.total > 0 && <span className="dimmed">{data.total.toLocaleString('en')}</span>}
      actions={
        muted.length > 0 && (
          <Button
            variant="subtle"
            size="compact-sm"
            aria-expanded={isMutedShown}
            onClick={() => showMuted(!isMutedShown)}
          >
            {muted.length.toLocaleString('en')} muted
          </Button>
        )
      }
    >
      {issues === undefined ? (
        <Pending query={query} what="Issues" isDense />
      ) : issues.length > 0 ? (
        <>
          <ul className={classes.issues}>
            {issues.map((issue, index) => (
              <IssueRow
                key={issue.key}
                isFirst={index === 0}
                issue={issue}
                channel={channelOf(issue)}
                onResume={resume}
                onMute={mute}
              />
            ))}
          </ul>
          {hidden > 0 && <p className="dimmed">And {hidden.toLocaleString('en')} more.</p>}
        </>
      ) : (
        <EmptyState
          icon={IconCircleCheck}
          title={muted.length > 0 ? 'Nothing else needs you' : 'Nothing needs you'}
          text="Failing jobs, late and forgotten channels and troubles of the service are listed here."
        />
      )}
      {isMutedShown && muted.length > 0 && <MutedIssues issues={muted} onShow={(issue) => mute(issue, null)} />}
    </Section>
  );
}

interface MutedProps {
  issues: readonly MutedIssue[];
  onShow: (issue: MutedIssue) => void;
}

function MutedIssues({ issues, onShow }: MutedProps) {
  const mayMute = useCan('manageAlerts');
  return (
    <ul className={classes.muted} aria-label="Muted issues">
      {issues.map((issue) => (
        <li key={issue.key} className={classes.issue}>
          <span className={classes.text}>
            {issue.message}
            <span className={classes.since}>
              muted{issue.mutedBy !== null && ` by ${issue.mutedBy}`}{' '}
              {issue.isUntilClear ? 'until it clears, at most ' : ''}
              <RelativeTime at={issue.mutedUntil} />
            </span>
          </span>
          {mayMute && (
            <Button
              variant="default"
              size="compact-sm"
              className={classes.issueActs}
              aria-label={`Unmute: ${issue.message}`}
              onClick={() => onShow(issue)}
            >
              Unmute
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
