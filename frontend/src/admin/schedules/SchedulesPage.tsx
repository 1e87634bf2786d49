import type { JobSchedule } from '@job-manager/shared/contract/schedules';
import { Button, SegmentedControl, Select } from '@mantine/core';
import { IconCalendarClock, IconCalendarStats, IconFilterOff, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { parseAsNumberLiteral, parseAsString, parseAsStringLiteral, useQueryState, useQueryStates } from 'nuqs';
import { useEffect } from 'react';
import { useLocation, useNavigate } from 'react-router-dom';
import { useCan } from '../../api/session';
import { AutoRefresh } from '../../components/AutoRefresh';
import { Pending } from '../../components/Pending';
import { Permitted } from '../../components/Permitted';
import { countOf } from '../../lib/count-of';
import { EmptyState } from '../../ui/EmptyState';
import { ListToolbar } from '../../ui/ListToolbar';
import { Page } from '../../ui/Page';
import { Section } from '../../ui/Section';
import { Calendar } from './Calendar';
import { schedulesQuery } from './calls';
import { useScheduleRights } from './ScheduleButtons';
import type { NewSchedule } from './ScheduleDialog';
import { ScheduleList } from './ScheduleList';
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
  /** How many days the calendar shows. */
  days: parseAsNumberLiteral([1, 7] as const).withDefault(1),
};
const choices = states.map((value) => ({ value, label: labels[value] }));

const isIn = (state: State, { paused, problem }: JobSchedule): boolean =>
  state === 'paused' ? paused !== null : state === 'problem' ? problem !== null : paused === null && problem === null;

function Schedules() {
  const query = useQuery(schedulesQuery());
  const { data, refetch, dataUpdatedAt, isFetching } = query;
  const [{ q, job, state, view, days }, set] = useQueryStates(place);
  const acts = useScheduleActs();
  useNewSchedule(acts.open);
  useEditFromAddress(data, acts.open);
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
      <Section
        title={isCalendar ? `The next ${days === 7 ? '7 days' : '24 hours'}` : 'All schedules'}
        isTitleHidden={!isCalendar}
        actions={
          isCalendar && (
            <SegmentedControl
              aria-label="How far ahead"
              data={[
                { value: '1', label: '24 hours' },
                { value: '7', label: '7 days' },
              ]}
              value={String(days)}
              onChange={(next) => void set({ days: next === '7' ? 7 : null }, { history: 'push' })}
            />
          )
        }
      >
        {isCalendar ? (
          <Calendar hours={24 * days} />
        ) : data === undefined ? (
          <Pending query={query} what="Schedules" rows={3} />
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
              <ScheduleList schedules={shown} acts={acts} />
            ) : (
              <EmptyState
                icon={IconFilterOff}
                title="No schedule matches"
                text={`Looked among ${countOf(data.length, 'schedule')}.`}
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

/** A link leads to the editor: `?edit=` the id of a schedule opens it, and `?edit=new` one for a new schedule, once. */
function useEditFromAddress(schedules: readonly JobSchedule[] | undefined, open: ScheduleActs['open']) {
  const [edit, setEdit] = useQueryState('edit');
  const { canEdit, canManage, canRun } = useScheduleRights();
  const isWanted = edit !== null && schedules !== undefined;
  useEffect(() => {
    if (!isWanted) return;
    void setEdit(null);
    if (edit === 'new' && canManage && canRun) open({ act: 'create' });
    const schedule = schedules.find(({ id }) => id === edit);
    if (schedule && canEdit(schedule)) open({ act: 'edit', schedule });
  });
}

/** Opens the editor with the job and parameters that the run form handed over, once. */
function useNewSchedule(open: ScheduleActs['open']) {
  const { state, pathname, search } = useLocation();
  const navigate = useNavigate();
  const start = (state as { newSchedule?: NewSchedule } | null)?.newSchedule;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only the passed schedule opens it; it is removed from the address's state at once.
  useEffect(() => {
    if (start === undefined) return;
    open({ act: 'create', start });
    void navigate(pathname + search, { replace: true, state: null });
  }, [start]);
}
