import { IconBox } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { type ReactNode, useEffect } from 'react';
import { useParams } from 'react-router-dom';
import { toFailure } from '../../api/failure';
import { stalledAfterQuery } from '../../api/job-queries';
import { useCan } from '../../api/session';
import { AutoRefresh } from '../../components/AutoRefresh';
import { Permitted } from '../../components/Permitted';
import { SubjectAudit } from '../../components/SubjectAudit';
import { paths } from '../../paths';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { LinkTabs } from '../../ui/LinkTabs';
import { Page } from '../../ui/Page';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { Section } from '../../ui/Section';
import { jobsQuery, useRefreshJob } from './calls';
import { JobButtons, type ListedJob } from './DefinitionTable';
import { JobDefinitionSection } from './JobDefinitionSection';
import { JobFigures } from './JobFigures';
import { JobPresets } from './JobPresets';
import { JobRuns } from './JobRuns';
import { JobSchedules } from './JobSchedules';
import { JobSettingsForm } from './JobSettingsForm';
import { countSet } from './job-setting-fields';
import { type JobActs, useJobActs } from './useJobActs';

type Job = NonNullable<ListedJob['job']>;

const parts = ['runs', 'presets', 'schedules', 'settings', 'definition'] as const;
type Part = (typeof parts)[number];
const labels = {
  runs: 'Runs',
  presets: 'Presets',
  schedules: 'Schedules',
  settings: 'Settings',
  definition: 'Definition',
} as const satisfies Record<Part, string>;
const parsePart = parseAsStringLiteral(parts).withDefault('runs');

/** One job: how it does, its runs, what it was run with, what operators have set of it and what its code says. */
export function DefinitionPage() {
  const { jobName = '' } = useParams();
  return (
    <Permitted permission="view" title={jobName}>
      <Definition key={jobName} jobName={jobName} />
    </Permitted>
  );
}

function Definition({ jobName }: { jobName: string }) {
  const { data: jobs, error, refetch, dataUpdatedAt, isFetching } = useQuery(jobsQuery());
  const [part] = useQueryState('part', parsePart);
  const acts = useJobActs();
  const canManage = useCan('manageJobs');
  const canRun = useCan('run');
  const refresh = useRefreshJob();
  const job = jobs?.find(({ name }) => name === jobName);
  usePauseFromAddress(job, canManage, acts);
  return (
    <Page
      title={jobName}
      trail={[{ label: 'Jobs', to: paths.definitions }, { label: jobName }]}
      lead={job?.description ?? 'Job'}
      actions={
        <>
          <AutoRefresh page="definition" updatedAt={dataUpdatedAt} isFetching={isFetching} onRefresh={refresh} />
          {job && <JobButtons job={job} acts={canManage ? acts : null} canRun={canRun} />}
        </>
      }
    >
      <Section title="How it does">
        <JobFigures jobName={jobName} job={job} />
      </Section>
      <LinkTabs
        label="Parts of the job"
        tabs={parts.map((each) => ({
          to: each === 'runs' ? paths.definition(jobName) : `${paths.definition(jobName)}?part=${each}`,
          label: labels[each],
          isCurrent: each === part,
          count: each === 'settings' && job ? countSet(job.settings) : 0,
        }))}
      />
      {part === 'runs' && <JobRuns jobName={jobName} />}
      {part === 'presets' && <JobPresets jobName={jobName} job={job} />}
      {part === 'schedules' && <JobSchedules jobName={jobName} />}
      {(part === 'settings' || part === 'definition') &&
        (job ? (
          <OfCode part={part} job={job} canManage={canManage} />
        ) : (
          <Section title={labels[part]} isTitleHidden>
            {jobs ? (
              <NoCode />
            ) : error ? (
              <ErrorPanel
                title="The job could not be loaded"
                details={toFailure(error).details}
                onRetry={() => void refetch()}
              />
            ) : (
              <RowSkeletons rows={4} label="Loading the job" />
            )}
          </Section>
        ))}
      <SubjectAudit subject="job" target={jobName} />
      {acts.dialogs}
    </Page>
  );
}

function OfCode({ part, job, canManage }: { part: Part; job: Job; canManage: boolean }): ReactNode {
  const { data: stalledAfterMs } = useQuery(stalledAfterQuery());
  if (part === 'definition') return <JobDefinitionSection job={job} />;
  if (stalledAfterMs === undefined) return null;
  return (
    <Section title="Settings">
      <JobSettingsForm job={job} stalledAfterMs={stalledAfterMs} isReadOnly={!canManage} />
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

/** The palette leads here to pause a job: `?act=pause` opens the dialog that asks first. */
function usePauseFromAddress(job: Job | undefined, canManage: boolean, acts: JobActs): void {
  const [act, setAct] = useQueryState('act');
  const isWanted = act === 'pause' && job !== undefined;
  useEffect(() => {
    if (!isWanted || job === undefined) return;
    void setAct(null);
    if (canManage && job.settings.paused === null) acts.pause(job.name);
  });
}
