import type { RunnerDetails } from '@job-manager/shared/contract/runners';
import { IconServerOff } from '@tabler/icons-react';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { useParams } from 'react-router-dom';
import { toFailure } from '../../api/failure';
import { useLive } from '../../api/live/LiveProvider';
import { JobLink } from '../../components/EntityLinks';
import { Pending } from '../../components/Pending';
import { Permitted } from '../../components/Permitted';
import { DateTime, Elapsed, RelativeTime } from '../../components/RelativeTime';
import { RunLink } from '../../components/RunLink';
import { isAlive, runnerAppearance, runnerKinds } from '../../components/runners';
import { formatBytes } from '../../lib/byte-size';
import { formatDuration } from '../../lib/duration';
import { paths, type RunnerTab, runnerTabs } from '../../paths';
import { CopyButton } from '../../ui/CopyButton';
import { EmptyState } from '../../ui/EmptyState';
import { Fact, Facts } from '../../ui/Facts';
import { LinkTabs } from '../../ui/LinkTabs';
import { Page } from '../../ui/Page';
import { Section } from '../../ui/Section';
import { Cell, Table } from '../../ui/Table';
import { Tag } from '../../ui/Tag';
import { runnerQuery, useLiveRunners } from './calls';
import { commandLabels, describeState } from './describe-command';
import { LastRuns } from './LastRuns';
import { RunnerButtons } from './RunnerButtons';
import { RunnerCharts } from './RunnerCharts';
import { RunnerEvents } from './RunnerEvents';
import { RunnerLog } from './RunnerLog';
import { useRunnerActs } from './useRunnerActs';

/** One runner: how it does, what it executes, and what happened to it. */
export function RunnerPage() {
  const { runnerId = '' } = useParams();
  return (
    <Permitted permission="view" title="Runner">
      <Runner runnerId={runnerId} />
    </Permitted>
  );
}

const labels = { overview: 'Overview', runs: 'Runs', log: 'Log', events: 'Events' } as const;
const parseTab = parseAsStringLiteral(runnerTabs).withDefault('overview');

function Runner({ runnerId }: { runnerId: string }) {
  useLiveRunners();
  const [tab] = useQueryState('tab', parseTab);
  const query = useQuery(runnerQuery(runnerId));
  const { acts, dialogs } = useRunnerActs();
  const runner = query.data?.runner;
  const name = runner?.name ?? 'Runner';
  return (
    <Page
      title={name}
      trail={[{ label: 'Runners', to: paths.runners }, { label: name }]}
      lead="Runner"
      actions={runner && <RunnerButtons runner={runner} acts={acts} isPage />}
      tabs={
        <LinkTabs
          label="Parts of the runner"
          tabs={runnerTabs.map((each) => ({
            to: paths.runnerPage(runnerId, each),
            label: labels[each],
            isCurrent: each === tab,
          }))}
        />
      }
    >
      <Part tab={tab} runnerId={runnerId} query={query} />
      {dialogs}
    </Page>
  );
}

interface PartProps {
  tab: RunnerTab;
  runnerId: string;
  query: UseQueryResult<{ runner: RunnerDetails }>;
}

function Part({ tab, runnerId, query }: PartProps) {
  const runner = query.data?.runner;
  // The log and the events of a runner outlive its row.
  if (tab === 'log')
    return (
      <Section title="Log">
        <RunnerLog runnerId={runnerId} isAlive={runner !== undefined && isAlive(runner)} />
      </Section>
    );
  if (tab === 'events')
    return (
      <Section title="Events">
        <RunnerEvents runnerId={runnerId} />
      </Section>
    );
  if (tab === 'runs')
    return (
      <>
        <Section title="Runs that it executes now">
          <CurrentRuns runnerId={runnerId} />
        </Section>
        <Section title="Last 50 runs">
          <LastRuns runnerId={runnerId} />
        </Section>
      </>
    );
  return (
    <>
      <Section title="Now">
        {runner ? (
          <Now runner={runner} />
        ) : isUnknown(query.error) ? (
          <EmptyState
            icon={IconServerOff}
            title="There is no such runner"
            text="Rows of runners that have ended are removed after 7 days; their events stay for 30."
          />
        ) : (
          <Pending query={query} what="The runner" rows={4} />
        )}
      </Section>
      {runner && <RunnerCharts runnerId={runner.id} name={runner.name} />}
    </>
  );
}

/** Nothing has that id, or it is none. */
const isUnknown = (error: Error | null): boolean => error !== null && [400, 404].includes(toFailure(error).status ?? 0);

function Now({ runner }: { runner: RunnerDetails }) {
  const { label, tone } = runnerAppearance[runner.status];
  const labels = Object.entries(runner.labels).map(([key, value]) => `${key}=${value}`);
  return (
    <Facts>
      <Fact name="State">
        <Tag tone={tone}>{label}</Tag>
      </Fact>
      {runner.command && (
        <Fact name="Last command">
          {commandLabels[runner.command.kind]}: {describeState(runner.command)}
        </Fact>
      )}
      <Fact name="Kind">{runnerKinds[runner.kind]}</Fact>
      <Fact name="Version">{runner.version}</Fact>
      <Fact name="Started">
        <DateTime at={runner.startedAt} />
      </Fact>
      {isAlive(runner) && (
        <Fact name="Up">
          <Elapsed since={runner.startedAt} />
        </Fact>
      )}
      <Fact name="Last heartbeat">
        <RelativeTime at={runner.lastHeartbeatAt} isPast />
      </Fact>
      <Fact name="Slots">
        {runner.activeRuns} of {runner.concurrency}
      </Fact>
      <Fact name="Channels">{runner.channels?.join(', ') ?? 'All'}</Fact>
      <Fact name="Loop lag">{formatDuration(runner.loopLagMs)}</Fact>
      {runner.cpuPercent !== null && <Fact name="CPU">{Math.round(runner.cpuPercent)} % of one core</Fact>}
      {runner.rssBytes !== null && <Fact name="Memory">{formatBytes(runner.rssBytes)}</Fact>}
      {runner.endedRuns !== null && <Fact name="Runs ended">{runner.endedRuns.toLocaleString('en')}</Fact>}
      {runner.logLevel !== null && <Fact name="Log level">{runner.logLevel}</Fact>}
      {labels.length > 0 && <Fact name="Labels">{labels.join(', ')}</Fact>}
      <Fact name="Id">
        {runner.id} <CopyButton text={() => runner.id} label="Copy id" size="compact-sm" />
      </Fact>
    </Facts>
  );
}

const columns = [{ label: 'Run' }, { label: 'Job' }, { label: 'Channel' }, { label: 'Running for' }];

function CurrentRuns({ runnerId }: { runnerId: string }) {
  const all = useLive((live) => live.runs);
  const runs = all.filter((run) => run.status === 'RUNNING' && run.runnerId === runnerId);
  if (runs.length === 0) return <p className="dimmed">None at the moment.</p>;
  return (
    <Table caption="Runs" columns={columns}>
      {runs.map((run) => (
        <tr key={run.id}>
          <Cell isHeader>
            <RunLink jobRunId={run.id} />
          </Cell>
          <Cell label="Job">
            <JobLink jobName={run.jobName} />
          </Cell>
          <Cell label="Channel">{run.channel}</Cell>
          <Cell label="Running for">{run.startedAt && <Elapsed since={run.startedAt} />}</Cell>
        </tr>
      ))}
    </Table>
  );
}
