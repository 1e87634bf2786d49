import type { JobActivity } from '@job-manager/shared/contract/definitions';
import { Button } from '@mantine/core';
import { IconBox, IconFilterOff } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useCan } from '../../api/session';
import { AutoRefresh } from '../../components/AutoRefresh';
import { useListSort } from '../../components/list-sort';
import { Pending } from '../../components/Pending';
import { Permitted } from '../../components/Permitted';
import { countOf } from '../../lib/count-of';
import { EmptyState } from '../../ui/EmptyState';
import { Page } from '../../ui/Page';
import { Section } from '../../ui/Section';
import { ShowMore } from '../../ui/ShowMore';
import { activityQuery, jobsQuery } from './calls';
import { DefinitionTable, type ListedJob } from './DefinitionTable';
import { JobFilters, useJobFilters } from './JobFilters';
import { useJobActs } from './useJobActs';

/** What can be run, and how it does. */
export function DefinitionsPage() {
  return (
    <Permitted permission="view" title="Jobs">
      <Definitions />
    </Permitted>
  );
}

const orders = {
  name: ({ jobName }: ListedJob) => jobName,
  last: ({ activity }: ListedJob) => activity?.lastRun?.finishedAt ?? null,
  failed: ({ activity }: ListedJob) => activity?.failed ?? 0,
  took: ({ activity }: ListedJob) => activity?.took?.p50 ?? null,
  waited: ({ activity }: ListedJob) => activity?.waitedP95 ?? null,
  channel: ({ job }: ListedJob) => job?.channel ?? null,
  next: ({ activity }: ListedJob) => activity?.nextDueAt ?? null,
};

function Definitions() {
  const jobs = useQuery(jobsQuery());
  const filters = useJobFilters();
  const { range } = filters.given;
  const activity = useQuery({ ...activityQuery(range), placeholderData: keepPreviousData });
  const { sort, sorted } = useListSort(orders);
  const acts = useJobActs();
  const canManage = useCan('manageJobs');
  const listed = listOf(jobs.data ?? [], activity.data ?? []);
  const shown = sorted(listed.filter(filters.matches));
  const external = listed.filter(({ job }) => !job).length;
  const refresh = () => void Promise.all([jobs.refetch(), activity.refetch()]);
  const error = jobs.error ?? activity.error;
  const failureCount = Math.max(jobs.failureCount, activity.failureCount);
  return (
    <Page
      title="Jobs"
      lead={
        jobs.data && `${jobs.data.length} with code${external > 0 ? `, ${external} known by their runs alone` : ''}`
      }
      actions={
        <AutoRefresh
          page="definitions"
          updatedAt={jobs.dataUpdatedAt}
          isFetching={jobs.isFetching}
          onRefresh={refresh}
        />
      }
    >
      <Section title="All jobs" isTitleHidden>
        <JobFilters filters={filters} jobs={listed} />
        {jobs.data === undefined || activity.data === undefined ? (
          <Pending query={{ error, failureCount, refetch: refresh }} what="Jobs" rows={8} />
        ) : shown.length > 0 ? (
          <>
            <ShowMore rows={shown} noun="jobs">
              {(part) => <DefinitionTable jobs={part} range={range} sort={sort} acts={canManage ? acts : null} />}
            </ShowMore>
            {activity.data.length === MAX_JOBS && (
              <p className="dimmed">Figures are those of the first {MAX_JOBS.toLocaleString('en')} jobs by name.</p>
            )}
          </>
        ) : listed.length === 0 ? (
          <EmptyState
            icon={IconBox}
            title="No jobs yet"
            text="A job is made with defineJob, in the code that this server or a worker on the same database is started with."
          />
        ) : (
          <EmptyState
            icon={IconFilterOff}
            title="No job matches"
            text={`Looked among ${countOf(listed.length, 'job')}.`}
            action={
              <Button variant="default" onClick={filters.clear}>
                Clear filters
              </Button>
            }
          />
        )}
      </Section>
      {acts.dialogs}
    </Page>
  );
}

/** As many as the server counts. */
const MAX_JOBS = 1_000;

/** Jobs with code here first, then those that are known by their runs. */
function listOf(jobs: NonNullable<ListedJob['job']>[], activity: readonly JobActivity[]): ListedJob[] {
  const byName = new Map(activity.map((each) => [each.jobName, each]));
  const known = jobs.map((job) => ({ jobName: job.name, job, activity: byName.get(job.name) }));
  const others = activity.filter(({ hasCode }) => !hasCode);
  return [...known, ...others.map((each) => ({ jobName: each.jobName, activity: each }))];
}
