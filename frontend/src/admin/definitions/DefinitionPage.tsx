import { Anchor } from '@mantine/core';
import { IconBox } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router-dom';
import { toFailure } from '../../api/failure';
import { useCan } from '../../api/session';
import { ChannelLink } from '../../components/EntityLinks';
import { StatusMark } from '../../components/JobStatusBadge';
import { PausedNote } from '../../components/PausedNote';
import { Permitted } from '../../components/Permitted';
import { RelativeTime } from '../../components/RelativeTime';
import { RunLink } from '../../components/RunLink';
import { formatDuration } from '../../lib/duration';
import { paths } from '../../paths';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { Fact, Facts } from '../../ui/Facts';
import { Page } from '../../ui/Page';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { Section } from '../../ui/Section';
import { Cell, Table } from '../../ui/Table';
import { activityQuery, jobsQuery, recentQuery } from './calls';
import { JobButtons, type ListedJob } from './DefinitionTable';
import classes from './definitions.module.css';
import { JobSettingsForm } from './JobSettingsForm';
import { useJobActs } from './useJobActs';

type Job = NonNullable<ListedJob['job']>;

/** One job: how it does, what it was run with lately, what operators have set of it and what its code says. */
export function DefinitionPage() {
  const { jobName = '' } = useParams();
  return (
    <Permitted permission="view" title={jobName}>
      <Definition key={jobName} jobName={jobName} />
    </Permitted>
  );
}

function Definition({ jobName }: { jobName: string }) {
  const { data: jobs, error, refetch } = useQuery(jobsQuery());
  const acts = useJobActs();
  const canManage = useCan('manageJobs');
  const canRun = useCan('run');
  const job = jobs?.find(({ name }) => name === jobName);
  return (
    <Page
      title={jobName}
      trail={[{ label: 'Jobs', to: paths.definitions }, { label: jobName }]}
      lead={job?.description ?? 'Job'}
      actions={job && <JobButtons job={job} acts={canManage ? acts : null} canRun={canRun} />}
    >
      <Section title="How it does">
        <Activity jobName={jobName} job={job} />
      </Section>
      <Section title="Recent parameters">
        <Recent jobName={jobName} />
      </Section>
      {job ? (
        <>
          <Section title="Settings">
            <JobSettingsForm job={job} isReadOnly={!canManage} />
          </Section>
          <Section title="Definition">
            <Parameters job={job} />
          </Section>
        </>
      ) : jobs ? (
        <EmptyState
          icon={IconBox}
          title="This server has no code of it"
          text="An external program executes its runs, or the job is gone from the code. Settings belong to jobs with code."
        />
      ) : error ? (
        <ErrorPanel
          title="The job could not be loaded"
          details={toFailure(error).details}
          onRetry={() => void refetch()}
        />
      ) : (
        <RowSkeletons rows={4} label="Loading the job" />
      )}
      {acts.dialogs}
    </Page>
  );
}

function Activity({ jobName, job }: { jobName: string; job: Job | undefined }) {
  const { data } = useQuery(activityQuery());
  if (data === undefined) return <RowSkeletons rows={1} label="Loading figures" />;
  const activity = data.find((each) => each.jobName === jobName);
  const paused = job?.settings.paused;
  return (
    <Facts>
      {paused && (
        <Fact name="State">
          <PausedNote paused={paused} />
        </Fact>
      )}
      <Fact name="Last run">
        {activity?.lastRun ? (
          <span>
            <StatusMark status={activity.lastRun.status} /> <RunLink jobRunId={activity.lastRun.id} />{' '}
            <RelativeTime at={activity.lastRun.finishedAt} />
          </span>
        ) : (
          'Never'
        )}
      </Fact>
      <Fact name="Succeeded in 24 hours">{(activity?.success ?? 0).toLocaleString('en')}</Fact>
      <Fact name="Failed in 24 hours">{(activity?.failed ?? 0).toLocaleString('en')}</Fact>
      <Fact name="Took on average">{activity?.meanMs == null ? '–' : formatDuration(activity.meanMs)}</Fact>
      {job && (
        <Fact name="Channel">
          <ChannelLink channel={job.channel} />
        </Fact>
      )}
      <Fact name="Next due">{activity?.nextDueAt ? <RelativeTime at={activity.nextDueAt} /> : 'No schedule'}</Fact>
      <Fact name="Runs">
        <Anchor component={Link} to={paths.historyOf(jobName)} inherit>
          History
        </Anchor>
      </Fact>
    </Facts>
  );
}

function Recent({ jobName }: { jobName: string }) {
  const { data, error, refetch } = useQuery(recentQuery(jobName));
  if (error)
    return (
      <ErrorPanel title="They could not be loaded" details={toFailure(error).details} onRetry={() => void refetch()} />
    );
  if (data === undefined) return <RowSkeletons rows={2} label="Loading recent parameters" />;
  if (data.length === 0) return <p className="dimmed">No run of it has finished yet.</p>;
  return (
    <Table caption="Recent parameters" columns={[{ label: 'Run' }, { label: 'Finished' }, { label: 'Parameters' }]}>
      {data.map(({ jobRunId, status, finishedAt, parameters }) => (
        <tr key={jobRunId}>
          <Cell isHeader>
            <span className={classes.lastRun}>
              <StatusMark status={status} />
              <RunLink jobRunId={jobRunId} />
            </span>
          </Cell>
          <Cell label="Finished">
            <RelativeTime at={finishedAt} />
          </Cell>
          <Cell label="Parameters" isWide>
            <code className={classes.parameters}>{JSON.stringify(parameters)}</code>
          </Cell>
        </tr>
      ))}
    </Table>
  );
}

interface Property {
  type?: string;
  description?: string;
  default?: unknown;
}

function Parameters({ job }: { job: Job }) {
  const { properties = {}, required = [] } = job.parametersSchema as {
    properties?: Record<string, Property>;
    required?: string[];
  };
  const names = Object.keys(properties);
  if (names.length === 0) return <p className="dimmed">It takes no parameters.</p>;
  return (
    <Table
      caption="Parameters"
      columns={[{ label: 'Parameter' }, { label: 'Type' }, { label: 'Default' }, { label: 'Meaning' }]}
    >
      {names.map((name) => (
        <tr key={name}>
          <Cell isHeader>
            <code>{name}</code>
          </Cell>
          <Cell label="Type">{properties[name]?.type ?? 'JSON'}</Cell>
          <Cell label="Default">
            {properties[name]?.default === undefined
              ? required.includes(name)
                ? 'Required'
                : '–'
              : JSON.stringify(properties[name]?.default)}
          </Cell>
          <Cell label="Meaning" isWide>
            <span className={classes.meaning}>{properties[name]?.description ?? ''}</span>
          </Cell>
        </tr>
      ))}
    </Table>
  );
}
