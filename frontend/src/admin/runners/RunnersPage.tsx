import type { RunnerDefaults, RunnerDetails } from '@job-manager/shared/contract/runners';
import type { RunnerChange } from '@job-manager/shared/runner';
import { Button, Checkbox } from '@mantine/core';
import { IconChevronDown, IconChevronRight, IconFilterOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type inferParserType, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useCallback, useState } from 'react';
import { useCan } from '../../api/session';
import { Pending } from '../../components/Pending';
import { Permitted } from '../../components/Permitted';
import { useOpenedRunner } from '../../components/runner/useOpenedRunner';
import { isAlive } from '../../components/runners';
import { countOf } from '../../lib/count-of';
import { EmptyState } from '../../ui/EmptyState';
import { ListToolbar } from '../../ui/ListToolbar';
import { loadable } from '../../ui/loadable';
import { Page } from '../../ui/Page';
import { Section } from '../../ui/Section';
import { ShowMore } from '../../ui/ShowMore';
import { ChannelCapacity } from './ChannelCapacity';
import { defaultsQuery, type RunnersAnswer, runnersQuery, useLiveRunners, useRunners } from './calls';
import { FleetActs } from './FleetActs';
import { FleetDefault } from './FleetDefault';
import { RegionChoice, regionsOf } from './RegionChoice';
import { RunnerCards } from './RunnerCards';
import { RunnerEvents } from './RunnerEvents';
import classes from './runners.module.css';
import { type RunnerActs, useRunnerActs } from './useRunnerActs';

const RunnerDrawer = loadable(() =>
  import('../../components/runner/RunnerDrawer').then((module) => module.RunnerDrawer),
);
const NoRunner = loadable(() => import('./NoRunner').then((module) => module.NoRunner));

/** The processes that execute runs: their state, their runs, and the commands for them. */
export function RunnersPage() {
  return (
    <Permitted permission="view" title="Runners">
      <Runners />
    </Permitted>
  );
}

const states = ['alive', 'draining', 'gone'] as const;
const place = {
  q: parseAsString.withDefault(''),
  status: parseAsStringLiteral(states),
  region: parseAsString,
};
const choices = [
  { value: 'alive', label: 'Alive' },
  { value: 'draining', label: 'Draining' },
  { value: 'gone', label: 'Lost or stopped' },
] as const;

type Place = inferParserType<typeof place>;
/** What the page shows of the runners but for its cards and their sum: heartbeats change nothing of it. */
const fleetOf = ({ runners }: RunnersAnswer) => ({
  regions: regionsOf(runners),
  names: runners.map(({ id, name }) => ({ id, name })),
  gone: runners.filter((runner) => !isAlive(runner)).length,
});

function Runners() {
  useLiveRunners();
  const query = useQuery({ ...runnersQuery(), select: fleetOf });
  const [filters, set] = useQueryStates(place);
  const { acts, dialogs } = useRunnerActs();
  const opened = useOpenedRunner();
  const fleet = query.data;
  const defaults = useQuery(defaultsQuery()).data;
  return (
    <Page
      title="Runner Fleet"
      tabTitle="Runners"
      trail={[{ label: 'Runners' }]}
      lead={fleet ? <FleetSize /> : 'Processes that execute runs.'}
      actions={fleet && defaults && <FleetActs gone={fleet.gone} defaults={defaults} />}
    >
      <Section title="All runners" isTitleHidden>
        <ListToolbar
          noun="runners"
          q={filters.q}
          onSearch={(text) => void set({ q: text })}
          state={filters.status}
          states={choices}
          onState={(next) => void set({ status: next }, { history: 'push' })}
        >
          <RegionChoice
            regions={fleet?.regions ?? []}
            region={filters.region}
            onChange={(next) => void set({ region: next }, { history: 'push' })}
          />
        </ListToolbar>
        {fleet === undefined ? (
          <Pending query={query} what="Runners" rows={3} />
        ) : (
          <Found
            filters={filters}
            defaults={defaults}
            acts={acts}
            onClear={() => void set({ q: null, status: null, region: null })}
          />
        )}
      </Section>
      {fleet && (
        <Section title="Channel capacity">
          <ChannelCapacity />
        </Section>
      )}
      <Section title="Runner events">
        <RunnerEvents runners={fleet?.names} />
      </Section>
      {dialogs}
      {opened.name !== null && fleet && <OpenedRunner name={opened.name} onClose={opened.close} />}
    </Page>
  );
}

const OpenedRunner = (props: { name: string; onClose: () => void }) => (
  <RunnerDrawer runners={useRunners()} {...props} />
);

interface FoundProps {
  filters: Place;
  defaults: RunnerDefaults | undefined;
  acts: RunnerActs;
  onClear: () => void;
}

/** The cards of the runners that match, drawn with each heartbeat. */
function Found({ filters: { q, status, region }, defaults, acts, onClear }: FoundProps) {
  const runners = useRunners();
  const shown = runners.filter(
    (runner) => matches(runner, q) && isIn(runner, status) && (region === null || runner.labels.region === region),
  );
  const living = shown.filter(isAlive);
  return (
    <>
      {defaults && <FleetDefault defaults={defaults} runners={runners} />}
      {!runners.some(isAlive) && <NoRunner />}
      {living.length > 0 && <Fleet runners={living} change={defaults?.change ?? null} acts={acts} />}
      <Gone runners={shown.filter((runner) => !isAlive(runner))} isOpenFirst={status === 'gone'} acts={acts} />
      {shown.length === 0 && runners.length > 0 && (
        <EmptyState
          icon={IconFilterOff}
          title="No runner matches"
          text={`Looked among ${countOf(runners.length, 'runner')}.`}
          action={
            <Button variant="default" onClick={onClear}>
              Clear filters
            </Button>
          }
        />
      )}
    </>
  );
}

const FleetSize = () => useQuery({ ...runnersQuery(), select: describeFleet }).data;

function describeFleet({ runners }: RunnersAnswer): string {
  const living = runners.filter(isAlive);
  const used = living.reduce((sum, { activeRuns }) => sum + activeRuns, 0);
  const slots = living.reduce((sum, { concurrency }) => sum + concurrency, 0);
  const newest = newestVersion(living);
  const older = living.filter(({ version }) => version !== newest).length;
  const versions = newest === '' ? '' : ` · version ${newest}${older > 0 ? ` (${older} older)` : ''}`;
  return `${living.length} alive · ${used.toLocaleString('en')} of ${slots.toLocaleString('en')} slots in use${versions}`;
}

function matches({ id, name, labels }: RunnerDetails, q: string): boolean {
  const wanted = q.trim().toLowerCase();
  const texts = [id, name, ...Object.entries(labels).map(([label, value]) => `${label}=${value}`)];
  return texts.some((text) => text.toLowerCase().includes(wanted));
}

const isIn = ({ status }: RunnerDetails, state: (typeof states)[number] | null): boolean =>
  state === null ||
  (state === 'alive' && isAlive({ status })) ||
  (state === 'draining' && status === 'DRAINING') ||
  (state === 'gone' && !isAlive({ status }));

interface FleetProps {
  runners: readonly RunnerDetails[];
  /** What runners take over when they start. */
  change: RunnerChange | null;
  acts: RunnerActs;
}

/** The live runners, and the commands for several at once. */
function Fleet({ runners, change, acts }: FleetProps) {
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const chosen = runners.filter(({ id }) => ticked.has(id));
  const canManage = useCan('manageRunners');
  const tick = useCallback((id: string, isTicked: boolean) => {
    setTicked((before) => new Set(isTicked ? [...before, id] : [...before].filter((each) => each !== id)));
  }, []);
  return (
    <>
      {canManage && runners.length > 1 && (
        <Checkbox
          className={classes.all}
          label="Choose all"
          checked={chosen.length === runners.length}
          indeterminate={chosen.length > 0 && chosen.length < runners.length}
          onChange={(event) => setTicked(new Set(event.currentTarget.checked ? runners.map(({ id }) => id) : []))}
        />
      )}
      {canManage && chosen.length > 0 && (
        <section className={classes.bar} aria-label="Chosen runners">
          <span aria-live="polite">{chosen.length} chosen</span>
          <Button size="compact-sm" variant="default" onClick={() => acts.confirm('DRAIN', chosen)}>
            Drain {chosen.length}…
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => acts.confirm('RESTART', chosen)}>
            Restart {chosen.length}…
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => acts.change(chosen)}>
            Set…
          </Button>
          <Button size="compact-sm" variant="subtle" color="gray" onClick={() => setTicked(new Set())}>
            Clear
          </Button>
        </section>
      )}
      <ShowMore rows={runners} noun="runners">
        {(part) => (
          <RunnerCards
            runners={part}
            newestVersion={newestVersion(runners)}
            defaults={change}
            acts={acts}
            ticked={ticked}
            onTick={tick}
          />
        )}
      </ShowMore>
    </>
  );
}

/** Of the runner that began last. */
const newestVersion = (runners: readonly RunnerDetails[]): string =>
  [...runners].sort((a, b) => b.startedAt.localeCompare(a.startedAt))[0]?.version ?? '';

const NONE: ReadonlySet<string> = new Set();
const tickNone = () => {};

/** Those that were lost or have stopped, folded away. */
function Gone({
  runners,
  isOpenFirst,
  acts,
}: {
  runners: readonly RunnerDetails[];
  isOpenFirst: boolean;
  acts: RunnerActs;
}) {
  const [isOpen, setOpen] = useState(false);
  if (runners.length === 0) return null;
  const lost = runners.filter(({ status }) => status === 'LOST');
  const stopped = runners.filter(({ status }) => status !== 'LOST');
  const gone = `${runners.length} gone in the last 24 hours${lost.length > 0 ? `, ${lost.length} lost` : ''}`;
  const isShown = isOpen || isOpenFirst || lost.length > 0;
  return (
    <div className={classes.gone}>
      {lost.length > 0 && !isOpenFirst && <p className="dimmed">{gone}</p>}
      {lost.length === 0 && !isOpenFirst && (
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          leftSection={isShown ? <IconChevronDown size={16} aria-hidden /> : <IconChevronRight size={16} aria-hidden />}
          aria-expanded={isShown}
          onClick={() => setOpen(!isOpen)}
        >
          {gone}
        </Button>
      )}
      {isShown && (
        <ShowMore rows={[...lost, ...stopped]} noun="runners">
          {(part) => <RunnerCards runners={part} newestVersion="" acts={acts} ticked={NONE} onTick={tickNone} />}
        </ShowMore>
      )}
    </div>
  );
}
