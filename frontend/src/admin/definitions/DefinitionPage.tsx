import { IconBox } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import type { ReactNode } from 'react';
import { useParams } from 'react-router-dom';
import { stalledAfterQuery } from '../../api/job-queries';
import { useCan } from '../../api/session';
import { AutoRefresh } from '../../components/AutoRefresh';
import { AlertMe } from '../../components/alerts/AlertMe';
import { Pending } from '../../components/Pending';
import { Permitted } from '../../components/Permitted';
import { SubjectAudit } from '../../components/SubjectAudit';
import { usePauseFromAddress } from '../../components/usePauseFromAddress';
import { paths } from '../../paths';
import { EmptyState } from '../../ui/EmptyState';
import { LinkTabs } from '../../ui/LinkTabs';
import { loadable } from '../../ui/loadable';
import { Page } from '../../ui/Page';
import { Section } from '../../ui/Section';
import { jobsQuery, useRefreshJob } from './calls';
import { JobButtons, type ListedJob } from './DefinitionTable';
import { JobDefinitionSection } from './JobDefinitionSection';
import { JobFailures, useJobFailures } from './JobFailures';
import { JobFigures } from './JobFigures';
import { JobPresets } from './JobPresets';
import { JobRuns } from './JobRuns';
import { JobSchedules } from './JobSchedules';
import { JobSettingsForm } from './JobSettingsForm';
import { countSet } from './job-setting-fields';
import { useJobActs } from './useJobActs';

type Job = NonNullable<ListedJob['job']>;

const JobCharts = loadable(() => import('./JobCharts').then((module) => module.JobCharts));

const parts = ['runs', 'failures', 'presets', 'schedules', 'settings', 'definition'] as const;
type Part = (typeof parts)[number];
const labels = {
  runs: 'Runs',
  failures: 'Failures',
  presets: 'Presets',
  schedules: 'Schedules',
  settings: 'Settings',
  definition: 'Definition',
} as const satisfies Record<Part, string>;
const parsePart = parseAsStringLiteral(parts).withDefault('runs');

/** One job: how it does, its runs, what it was run with, what operators have set of it and what its code declares. */
export function DefinitionPage() {
  const { jobName = '' } = useParams();
  return (
    <Permitted permission="view" title={jobName}>
      <Definition key={jobName} jobName={jobName} />
    </Permitted>
  );
}

function Definition({ jobName }: { jobName: string }) {
  const query = useQuery(jobsQuery());
  const { data: jobs, dataUpdatedAt, isFetching } = query;
  const [part] = useQueryState('part', parsePart);
  const acts = useJobActs();
  const canManage = useCan('manageJobs', jobName);
  const canRun = useCan('run', jobName);
  const refresh = useRefreshJob();
  const job = jobs?.find(({ name }) => name === jobName);
  const { causes } = useJobFailures(jobName);
  const counts: Partial<Record<Part, number>> = { failures: causes, settings: job && countSet(job.settings) };
  usePauseFromAddress(job?.settings, canManage ? () => acts.pause(jobName) : null);
  return (
    <Page
      title={jobName}
      trail={[{ label: 'Jobs', to: paths.definitions }, { label: jobName }]}
      lead={job?.description ?? 'Job'}
      actions={
        <>
          <AutoRefresh page="definition" updatedAt={dataUpdatedAt} isFetching={isFetching} onRefresh={refresh} />
          <AlertMe kind="runFailed" jobName={jobName} of={`when runs of ${jobName} fail`} size="sm" />
          {job && <JobButtons job={job} acts={canManage ? acts : null} canRun={canRun} size="sm" />}
        </>
      }
    >
      <Section title="How it does">
        <JobFigures jobName={jobName} job={job} />
      </Section>
      <JobCharts jobName={jobName} />
      <LinkTabs
        label="Parts of the job"
        tabs={parts.map((each) => ({
          to: each === 'runs' ? paths.definition(jobName) : `${paths.definition(jobName)}?part=${each}`,
          label: labels[each],
          isCurrent: each === part,
          count: counts[each] ?? 0,
        }))}
      />
      {part === 'runs' && <JobRuns jobName={jobName} />}
      {part === 'failures' && <JobFailures jobName={jobName} />}
      {part === 'presets' && <JobPresets jobName={jobName} job={job} />}
      {part === 'schedules' && <JobSchedules jobName={jobName} />}
      {(part === 'settings' || part === 'definition') &&
        (job ? (
          <OfCode part={part} job={job} canManage={canManage} />
        ) : (
          <Section title={labels[part]} isTitleHidden>
            {jobs ? <NoCode /> : <Pending query={query} what="The job" rows={4} />}
          </Section>
        ))}
      <SubjectAudit subject="job" target={jobName} />
      {acts.dialogs}
    </Page>
  );
}

function OfCode({ part, job, canManage }: { part: Part; job: Job; canManage: boolean }): ReactNode {
  const query = useQuery(stalledAfterQuery());
  const { data: stalledAfterMs } = query;
  if (part === 'definition') return <JobDefinitionSection job={job} />;
  return (
    <Section title="Settings">
      {stalledAfterMs === undefined ? (
        <Pending query={query} what="Settings" rows={4} />
      ) : (
        <JobSettingsForm job={job} stalledAfterMs={stalledAfterMs} isReadOnly={!canManage} />
      )}
    </Section>
  );
}

const NoCode = () => (
  <EmptyState
    icon={IconBox}
    title="This server has no code of it"
    text="An external program executes its runs, or the job is gone from the code. Settings belong to jobs with code."
  />
);
