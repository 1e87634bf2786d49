import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { isRunId } from '@job-manager/shared/contract/run-id';
import type { LookupHit } from '@job-manager/shared/contract/run-lists';
import type { SavedView } from '@job-manager/shared/contract/views';
import type { Permission } from '@job-manager/shared/permissions';
import { runnerName } from '../../components/runners';
import { addressOfView } from '../../components/saved-view-address';
import { statusAppearance } from '../../components/status';
import { historyWith } from '../../components/url-state';
import { scoreMatch } from '../../lib/fuzzy';
import type { RecentPage } from '../../lib/recent-pages';
import { paths } from '../../paths';

/** One line of the palette. */
export interface PaletteEntry {
  group: 'Run' | 'Found' | 'Recent' | 'Views' | 'Pages' | 'Jobs' | 'Channels' | 'Runners' | 'Actions';
  label: string;
  description?: string;
  /** Keys that do the same. */
  keys?: string;
  /** Where it leads; what only opens a dialog acts instead. */
  to?: string;
  act?: () => void;
}

interface Sources {
  pages: readonly { to: string; label: string; key?: string }[];
  recent: readonly RecentPage[];
  /** Filters of lists that are pinned. */
  views?: readonly SavedView[];
  jobs: readonly { name: string; description: string; settings?: { paused: unknown } }[];
  channels?: readonly { name: string; paused?: unknown }[];
  runners?: readonly { host: string; pid: number }[];
  /** What the server finds by this text. */
  hits?: readonly LookupHit[];
  /** Opens the run dialog for a job, or for one yet to be chosen; absent for those who may not run. */
  runJob?: (jobName: string) => void;
  /** Whether this person has a permission. */
  may?: (permission: Permission, jobName?: string) => boolean;
}

const mayNothing = (_permission: Permission, _jobName?: string): boolean => false;

/** As many lines as a person can scan. */
const MAX_ENTRIES = 20;

/** What the palette offers for a text: recent places and pages for none, otherwise what matches, the best first. */
export function findEntries(typed: string, sources: Sources): PaletteEntry[] {
  const text = typed.trim();
  if (text === '')
    return [...viewEntries(sources), ...recentEntries(sources), ...pageEntries(sources), ...actionEntries(sources)];
  const matches = [
    ...viewEntries(sources),
    ...pageEntries(sources),
    ...jobEntries(sources),
    ...channelEntries(sources),
    ...runnerEntries(sources),
    ...actionEntries(sources),
    ...operationEntries(sources),
  ]
    .map((entry) => ({ entry, score: scoreMatch(entry.label, text) || scoreMatch(entry.description ?? '', text) / 8 }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, MAX_ENTRIES);
  return [
    ...runEntries(text),
    ...compareEntries(text),
    ...(sources.hits ?? []).flatMap(hitEntries),
    ...matches.map(({ entry }) => entry),
  ];
}

/** Where nothing was found: the history also has jobs whose code is elsewhere, or gone. */
export const historyEntry = (typed: string): PaletteEntry => ({
  group: 'Actions',
  label: 'Search the history for it',
  to: paths.historyOf(typed.trim()),
});

function runEntries(text: string): PaletteEntry[] {
  const id = text.replace(/^#/, '');
  return isRunId(id) ? [{ group: 'Run', label: `Open run #${id}`, to: paths.run(id) }] : [];
}

/** Two numbers: `300 241`, or `compare #300 #241`. */
function compareEntries(text: string): PaletteEntry[] {
  const [, a = '', b = ''] = /^(?:compare\s+)?#?(\d+)(?:\s+|\s*,\s*|\s+and\s+)#?(\d+)$/i.exec(text) ?? [];
  if (!isRunId(a) || !isRunId(b)) return [];
  return [{ group: 'Run', label: `Compare #${a} and #${b}`, to: paths.compare(a, b) }];
}

/** Runs by their correlation id or key, batches and schedules. A number is offered before the server has answered. */
function hitEntries(hit: LookupHit): PaletteEntry[] {
  const runEntry = ({ id, jobName, status }: JobRunSummary, by: string): PaletteEntry => ({
    group: 'Found',
    label: `${jobName} #${id}`,
    description: `${by}, ${statusAppearance[status].label}`,
    to: paths.run(id),
  });
  if (hit.kind === 'correlation') {
    const { correlationId, runs, hasMore } = hit;
    const listed = runs.map((run) => runEntry(run, `Correlation id ${correlationId}`));
    return hasMore ? [...listed, moreOfCorrelation(correlationId)] : listed;
  }
  if (hit.kind === 'key') return [runEntry(hit.run, `Key ${hit.key}`)];
  if (hit.kind === 'schedule') {
    const { id, name, jobName } = hit.schedule;
    return [{ group: 'Found', label: `Schedule ${name}`, description: `Runs ${jobName}`, to: paths.schedule(id) }];
  }
  if (hit.kind !== 'batch') return [];
  return [{ group: 'Found', label: `Batch ${hit.batch.name} #${hit.batch.id}`, to: paths.batch(hit.batch.id) }];
}

/** The palette lists the newest runs of a correlation id alone. */
const moreOfCorrelation = (correlationId: string): PaletteEntry => ({
  group: 'Found',
  label: 'More runs with this correlation id',
  description: correlationId,
  to: historyWith({ time: '30d', more: { correlationId } }),
});

const recentEntries = ({ recent }: Sources): PaletteEntry[] => recent.map((page) => ({ group: 'Recent', ...page }));

const MAX_PINNED = 5;

const viewEntries = ({ views = [] }: Sources): PaletteEntry[] =>
  views
    .filter(({ isPinned }) => isPinned)
    .slice(0, MAX_PINNED)
    .map((view) => ({ group: 'Views', label: view.name, description: view.query, to: addressOfView(view) }));

const pageEntries = ({ pages }: Sources): PaletteEntry[] =>
  pages.map(({ to, label, key }) => ({ group: 'Pages', label, to, keys: key && `g ${key}` }));

const jobEntries = ({ jobs, runJob, may = mayNothing }: Sources): PaletteEntry[] =>
  jobs.flatMap(({ name, description, settings }) => [
    { group: 'Jobs', label: `Open ${name}`, description, to: paths.definition(name) },
    ...(runJob ? [{ group: 'Jobs' as const, label: `Run ${name}…`, act: () => runJob(name) }] : []),
    ...(may('manageJobs', name) && !settings?.paused
      ? [{ group: 'Jobs' as const, label: `Pause ${name}…`, to: paths.pauseJob(name) }]
      : []),
  ]);

const channelEntries = ({ channels = [], may = mayNothing }: Sources): PaletteEntry[] =>
  channels.flatMap(({ name, paused }) => [
    { group: 'Channels', label: `Channel ${name}`, to: paths.channel(name) },
    ...(may('manageChannels') && !paused
      ? [{ group: 'Channels' as const, label: `Pause channel ${name}…`, to: paths.pauseChannel(name) }]
      : []),
  ]);

const runnerEntries = ({ runners = [] }: Sources): PaletteEntry[] =>
  runners.map(runnerName).map((name) => ({ group: 'Runners', label: `Runner ${name}`, to: paths.runner(name) }));

const actionEntries = ({ runJob }: Sources): PaletteEntry[] =>
  runJob
    ? [
        {
          group: 'Actions',
          label: 'Run New Job',
          description: 'Trigger, enqueue or start one',
          keys: 'c',
          act: () => runJob(''),
        },
      ]
    : [];

/** Offered where they are typed alone. */
const operationEntries = ({ may = mayNothing }: Sources): PaletteEntry[] => [
  { group: 'Actions', label: 'Compare two runs…', to: paths.comparePage },
  // What touches many leads to its tile alone.
  ...tileEntries.flatMap(({ label, tile, needs }) =>
    needs.every((needed) => may(needed)) ? [{ group: 'Actions' as const, label, to: paths.operation(tile) }] : [],
  ),
];

const tileEntries: readonly { label: string; tile: string; needs: readonly Permission[] }[] = [
  { label: 'Run a test batch…', tile: 'test', needs: ['run'] },
  { label: 'Clear stuck jobs…', tile: 'stuck', needs: ['cleanup'] },
  { label: 'Purge a channel…', tile: 'purge', needs: ['bulk', 'purge'] },
  { label: 'Clean up runners that are gone…', tile: 'runners', needs: ['cleanup'] },
  { label: 'Cancel runs by filter…', tile: 'cancel', needs: ['bulk', 'cancel'] },
  { label: 'Retry failures…', tile: 'retry', needs: ['bulk', 'run', 'retry'] },
  { label: 'Emergency cleanup…', tile: 'emergency', needs: ['emergency'] },
];
