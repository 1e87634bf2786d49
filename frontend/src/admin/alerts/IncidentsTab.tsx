import type { Incident } from '@job-manager/shared/contract/alerts/incidents';
import { Button, NativeSelect } from '@mantine/core';
import { IconBellCheck, IconFilterOff } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { Link } from 'react-router-dom';
import { definitionsQuery } from '../../api/job-queries';
import { api, calls } from '../../components/alerts/calls';
import { closeEntries, openAsEntry } from '../../components/dialog-history';
import { Pending } from '../../components/Pending';
import { paths } from '../../paths';
import { DialogBoundary } from '../../ui/DialogBoundary';
import { EmptyState } from '../../ui/EmptyState';
import { FilterBar } from '../../ui/FilterBar';
import { Section } from '../../ui/Section';
import { useReturnFocus } from '../../ui/useReturnFocus';
import { IncidentDialog } from './IncidentDialog';
import { IncidentTable } from './IncidentTable';

const place = {
  state: parseAsStringLiteral(['open', 'ended']),
  severity: parseAsStringLiteral(['CRITICAL', 'WARNING']),
  job: parseAsString,
  incident: parseAsString,
};

const states = [
  { value: '', label: 'Open and ended' },
  { value: 'open', label: 'Open' },
  { value: 'ended', label: 'Ended' },
];
const severities = [
  { value: '', label: 'Any severity' },
  { value: 'CRITICAL', label: 'Critical' },
  { value: 'WARNING', label: 'Warning' },
];

/** Open and past incidents, open ones first. */
export function IncidentsTab() {
  const [{ state, severity, job, incident: opened }, set] = useQueryStates(place);
  const jobNames = useJobNames(job);
  const isFiltered = state !== null || severity !== null || job !== null;
  const filter = {
    state: state ?? 'all',
    severity: severity ?? undefined,
    jobName: job?.slice(0, 100) || undefined,
  } as const;
  const query = useInfiniteQuery({
    queryKey: [...api.incidents.key(), 'pages', filter],
    queryFn: ({ pageParam, signal }) => calls.incidents({ ...filter, before: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ hasMore, incidents }) => (hasMore ? lastEnded(incidents) : undefined),
    placeholderData: keepPreviousData,
  });
  const rows = query.data?.pages.flatMap(({ incidents }) => incidents);
  const open = (id: string) => openAsEntry(() => set({ incident: id }, { history: 'push' }));
  const close = () => closeEntries(() => void set({ incident: null }));
  useReturnFocus(opened !== null);
  return (
    <Section title="Incidents" isTitleHidden>
      <FilterBar>
        <NativeSelect
          aria-label="Filter by state"
          data={states}
          value={state ?? ''}
          onChange={(event) =>
            void set({ state: (event.currentTarget.value || null) as typeof state }, { history: 'push' })
          }
        />
        <NativeSelect
          aria-label="Filter by severity"
          data={severities}
          value={severity ?? ''}
          onChange={(event) =>
            void set({ severity: (event.currentTarget.value || null) as typeof severity }, { history: 'push' })
          }
        />
        <NativeSelect
          aria-label="Filter by job"
          data={[{ value: '', label: 'Any job' }, ...jobNames]}
          value={job ?? ''}
          onChange={(event) => void set({ job: event.currentTarget.value || null }, { history: 'push' })}
        />
      </FilterBar>
      {rows === undefined ? (
        <Pending query={query} what="Incidents" rows={4} />
      ) : rows.length > 0 ? (
        <IncidentTable incidents={rows} onOpen={(id) => void open(id)} />
      ) : isFiltered ? (
        <EmptyState
          icon={IconFilterOff}
          title="No incident matches"
          text="Search the others."
          action={
            <Button variant="default" onClick={() => void set({ state: null, severity: null, job: null })}>
              Clear filters
            </Button>
          }
        />
      ) : (
        <NoIncidents />
      )}
      {query.hasNextPage && (
        <Button variant="default" mt="md" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show older
        </Button>
      )}
      <DialogBoundary opened={[opened]} onClose={close}>
        {opened !== null && <IncidentDialog incidentId={opened} onClose={close} />}
      </DialogBoundary>
    </Section>
  );
}

/** The jobs of this server, and the one that is filtered by. */
function useJobNames(chosen: string | null): string[] {
  const { data = [] } = useQuery(definitionsQuery());
  return [...new Set([...data.map(({ name }) => name), ...(chosen === null ? [] : [chosen])])].sort();
}

/** Pages go on behind the last that ended; where all are open there are more open ones than a page holds. */
const lastEnded = (incidents: readonly Incident[]): string | undefined =>
  incidents.filter(({ closedAt }) => closedAt !== null).at(-1)?.id;

function NoIncidents() {
  return (
    <EmptyState
      icon={IconBellCheck}
      title="No incidents"
      text="Incidents are listed here: since when, how often, and who was notified. Rules define when one opens."
      action={
        <Button variant="light" component={Link} to={`${paths.alerts}?tab=rules`}>
          Show the rules
        </Button>
      }
    />
  );
}
