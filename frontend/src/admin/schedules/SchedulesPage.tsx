import type { JobSchedule } from '@job-manager/shared/contract/schedules';
import { Button, Group, Select } from '@mantine/core';
import { IconCalendarClock, IconCalendarStats, IconFilterOff, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useEffect, useState } from 'react';
import { useLocation, useNavigate } from 'react-router-dom';
import { toFailure } from '../../api/failure';
import { useCan } from '../../api/session';
import { AutoRefresh } from '../../components/AutoRefresh';
import { Permitted } from '../../components/Permitted';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { ListToolbar } from '../../ui/ListToolbar';
import { Page } from '../../ui/Page';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { Section } from '../../ui/Section';
import { Calendar } from './Calendar';
import { schedulesQuery } from './calls';
import type { NewSchedule } from './ScheduleDialog';
import { ScheduleTable } from './ScheduleTable';
import { type ScheduleActs, useScheduleActs } from './useScheduleActs';

/** What runs by itself, when next, and whether it did. */
export function SchedulesPage() {
  return (
    <Permitted permission="view" title="Schedules">
      <Schedules />
    </Permitted>
  );
}

const states = ['on', 'paused', 'problem'] as const;
type State = (typeof states)[number];
const labels = { on: 'On', paused: 'Paused', problem: 'With a problem' } as const;
const place = {
  q: parseAsString.withDefault(''),
  job: parseAsString,
  state: parseAsStringLiteral(states),
  view: parseAsStringLiteral(['calendar'] as const),
};
const choices = states.map((value) => ({ value, label: labels[value] }));

const isIn = (state: State, { paused, problem }: JobSchedule): boolean =>
  state === 'paused' ? paused !== null : state === 'problem' ? problem !== null : paused === null && problem === null;

function Schedules() {
  const { data, error, refetch, dataUpdatedAt, isFetching } = useQuery(schedulesQuery());
  const [{ q, job, state, view }, set] = useQueryStates(place);
  const acts = useScheduleActs();
  useNewSchedule(acts.open);
  const canManage = useCan('manageSchedules');
  const canRun = useCan('run');
  const canCreate = canManage && canRun;
  const wanted = q.toLowerCase();
  const shown = (data ?? []).filter(
    (schedule) =>
      (schedule.name.includes(wanted) || schedule.jobName.includes(wanted)) &&
      (job === null || schedule.jobName === job) &&
      (state === null || isIn(state, schedule)),
  );
  const isCalendar = view === 'calendar';
  const create = canCreate && (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => acts.open({ act: 'create' })}>
      New schedule
    </Button>
  );
  return (
    <Page
      title="Schedules"
      actions={
        <>
          <AutoRefresh
            page="schedules"
            updatedAt={dataUpdatedAt}
            isFetching={isFetching}
            onRefresh={() => void refetch()}
          />
          <Button
            variant="default"
            leftSection={<IconCalendarStats size={16} aria-hidden />}
            aria-pressed={isCalendar}
            data-key="v"
            onClick={() => void set({ view: isCalendar ? null : 'calendar' }, { history: 'push' })}
          >
            {isCalendar ? 'List' : 'Calendar'}
          </Button>
          {create}
        </>
      }
    >
      <Section title={isCalendar ? 'The next 24 hours' : 'All schedules'} isTitleHidden={!isCalendar}>
        {isCalendar ? (
          <Calendar />
        ) : data === undefined ? (
          error ? (
            <ErrorPanel
              title="Schedules could not be loaded"
              details={toFailure(error).details}
              onRetry={() => void refetch()}
            />
          ) : (
            <RowSkeletons rows={3} label="Loading schedules" />
          )
        ) : data.length === 0 ? (
          <EmptyState
            icon={IconCalendarClock}
            title="Nothing runs by itself yet"
            text="A schedule queues a run of a job at set times. Make one here, or in the code of a job under “schedules”."
            action={create}
          />
        ) : (
          <>
            <ListToolbar
              noun="schedules"
              q={q}
              onSearch={(text) => void set({ q: text })}
              state={state}
              states={choices}
              onState={(next) => void set({ state: next }, { history: 'push' })}
            >
              <Select
                aria-label="Filter by job"
                placeholder="All jobs"
                data={[...new Set(data.map(({ jobName }) => jobName))].sort()}
                value={job}
                onChange={(next) => void set({ job: next }, { history: 'push' })}
                clearable
                searchable
                comboboxProps={{ withinPortal: false }}
                clearButtonProps={{ 'aria-label': 'Clear the job filter' }}
              />
            </ListToolbar>
            {shown.length > 0 ? (
              <Listed schedules={shown} acts={acts} />
            ) : (
              <EmptyState
                icon={IconFilterOff}
                title="No schedule matches"
                text={`Looked among ${data.length} schedules.`}
                action={
                  <Button variant="default" onClick={() => void set({ q: null, job: null, state: null })}>
                    Clear filters
                  </Button>
                }
              />
            )}
          </>
        )}
      </Section>
      {acts.dialogs}
    </Page>
  );
}

/** Opens the editor with the job and parameters that the run form handed over, once. */
function useNewSchedule(open: ScheduleActs['open']) {
  const { state, pathname, search } = useLocation();
  const navigate = useNavigate();
  const start = (state as { newSchedule?: NewSchedule } | null)?.newSchedule;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is handed over opens it; it is taken out of the address's state at once.
  useEffect(() => {
    if (start === undefined) return;
    open({ act: 'create', start });
    void navigate(pathname + search, { replace: true, state: null });
  }, [start]);
}

/** The schedules, and what can be done to those that are ticked. */
function Listed({ schedules, acts }: { schedules: readonly JobSchedule[]; acts: ScheduleActs }) {
  const canManage = useCan('manageSchedules');
  const canRun = useCan('run');
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const chosen = schedules.filter(({ id }) => ticked.has(id));
  const tick = (id: string) =>
    setTicked((now) => new Set(now.has(id) ? [...now].filter((other) => other !== id) : [...now, id]));
  const isAnyPaused = chosen.some(({ paused }) => paused !== null);
  const isAnyOn = chosen.some(({ paused }) => paused === null);
  return (
    <>
      {chosen.length > 0 && (
        <Group gap="xs" mb="sm" role="toolbar" aria-label="What to do with the ticked schedules">
          <span className="tabular">{chosen.length} chosen</span>
          {isAnyOn && (
            <Button variant="default" size="compact-sm" onClick={() => acts.open({ act: 'pause', schedules: chosen })}>
              Pause…
            </Button>
          )}
          {isAnyPaused && canRun && (
            <Button variant="default" size="compact-sm" onClick={() => acts.resume(chosen)}>
              Resume
            </Button>
          )}
          <Button variant="subtle" size="compact-sm" onClick={() => setTicked(new Set())}>
            Clear
          </Button>
        </Group>
      )}
      <ScheduleTable schedules={schedules} acts={acts} ticked={canManage ? ticked : null} onTick={tick} />
    </>
  );
}
