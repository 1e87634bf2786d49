import type { JobRunStep } from '@job-manager/shared/contract/message';
import type { JobRun } from '@job-manager/shared/contract/run';
import { statusAppearance, triggerLabel } from '../../components/status';
import { formatBytes } from '../../lib/byte-size';
import { formatDuration } from '../../lib/duration';

/** A fact of two runs, side by side. */
interface ComparedRow {
  label: string;
  a: string;
  b: string;
  isSame: boolean;
  /** How the second is beside the first, where that can be measured: "▲ 4m 32s". */
  change?: string;
  /** How long each took of the longest of its kind, 0 to 1; null where it isn't known. */
  shares?: { a: number | null; b: number | null };
}

export interface ComparedGroup {
  title: string;
  rows: ComparedRow[];
}

const NONE = '–';

/** The facts of two runs in groups; every one of them, those that are the same among them. */
export function compareRuns(a: JobRun, b: JobRun): ComparedGroup[] {
  const row = (label: string, read: (run: JobRun) => string | null): ComparedRow =>
    rowOf(label, read(a) ?? NONE, read(b) ?? NONE);
  const measured = (label: string, read: (run: JobRun) => number | null, format: (value: number) => string) =>
    measuredRow({ label, a: read(a), b: read(b), format });
  return [
    {
      title: 'How it went',
      rows: [
        row('Job', ({ jobName }) => jobName),
        row('Outcome', outcomeOf),
        measured('Waited', ({ queueDelayMs }) => queueDelayMs, formatDuration),
        measured('Took', ({ durationMs }) => durationMs, formatDuration),
        measured('Attempts', ({ attempt }) => attempt, String),
        row('Version', ({ algorithmVersion }) => algorithmVersion),
        row('Trigger', ({ trigger }) => triggerLabel[trigger]),
        row('Started by', ({ triggeredBy, triggeredByToken }) => triggeredByToken ?? triggeredBy?.email ?? null),
        row('Channel', ({ channel }) => channel),
        measured('Priority', ({ priority }) => priority, String),
        row('Runner', ({ runnerName }) => runnerName),
        row('Scope', ({ scope }) => scope),
        row('Correlation id', ({ correlationId }) => correlationId),
      ],
    },
    {
      title: 'What it took',
      rows: [
        measured('CPU time', (run) => usageOf(run)?.cpuMs ?? null, formatDuration),
        measured('Peak memory', (run) => usageOf(run)?.peakMemoryBytes ?? null, formatBytes),
        measured('Loop lag', (run) => usageOf(run)?.maxLoopLagMs ?? null, formatDuration),
        measured('Lines in the log', ({ messageCount }) => messageCount, formatCount),
        measured('Warnings', ({ warningCount }) => warningCount, formatCount),
        measured('Errors', ({ errorCount }) => errorCount, formatCount),
      ],
    },
    { title: 'Steps', rows: stepRows(a, b) },
    { title: 'Parameters', rows: valueRows(a.parameters, b.parameters) },
    { title: 'Metadata', rows: valueRows(a.metadata, b.metadata) },
  ];
}

const rowOf = (label: string, a: string, b: string): ComparedRow => ({ label, a, b, isSame: a === b });

function outcomeOf({ status, error, progressMessage }: JobRun): string {
  const text = status === 'FAILED' ? error : progressMessage;
  const { label } = statusAppearance[status];
  return text === null ? label : `${label}: ${text}`;
}

const usageOf = ({ attempts }: JobRun) => attempts.at(-1)?.usage ?? null;

interface Measured {
  label: string;
  a: number | null;
  b: number | null;
  format: (value: number) => string;
}

function measuredRow({ label, a, b, format }: Measured): ComparedRow {
  const text = (value: number | null) => (value === null ? NONE : format(value));
  const row = { label, a: text(a), b: text(b), isSame: a === b };
  if (a === null || b === null || a === b) return row;
  return { ...row, change: `${b > a ? '▲' : '▼'} ${format(Math.abs(b - a))}` };
}

/** Steps by their names, in the order of the first run, then those that only the second has. */
function stepRows(a: JobRun, b: JobRun): ComparedRow[] {
  const [first, second] = [stepsOf(a.steps ?? []), stepsOf(b.steps ?? [])];
  const longest = Math.max(1, ...[...first.values(), ...second.values()].map(({ tookMs }) => tookMs ?? 0));
  const shareOf = (step: JobRunStep | undefined) => (step?.tookMs == null ? null : step.tookMs / longest);
  return [...new Set([...first.keys(), ...second.keys()])].map((label) => {
    const [one, other] = [first.get(label), second.get(label)];
    const measured = measuredRow({ label, a: one?.tookMs ?? null, b: other?.tookMs ?? null, format: formatDuration });
    const text = (step: JobRunStep | undefined, took: string) =>
      step === undefined ? NONE : step.state === 'done' ? took : `${took} (${step.state})`;
    const [left, right] = [text(one, measured.a), text(other, measured.b)];
    const shares = { a: shareOf(one), b: shareOf(other) };
    return { ...measured, a: left, b: right, isSame: left === right, shares };
  });
}

function stepsOf(steps: readonly JobRunStep[], path = ''): Map<string, JobRunStep> {
  return new Map(
    steps.flatMap((step): [string, JobRunStep][] => {
      const label = path === '' ? step.label : `${path} › ${step.label}`;
      return [[label, step], ...stepsOf(step.steps, label)];
    }),
  );
}

/** Every place of two JSON values, numbers with how they differ. */
function valueRows(a: unknown, b: unknown): ComparedRow[] {
  const [first, second] = [placesOf(a), placesOf(b)];
  return [...new Set([...first.keys(), ...second.keys()])].map((label) => {
    const [one, other] = [first.get(label), second.get(label)];
    // Plain: many of them are ids.
    if (typeof one === 'number' && typeof other === 'number')
      return measuredRow({ label, a: one, b: other, format: String });
    return rowOf(label, first.has(label) ? textOf(one) : NONE, second.has(label) ? textOf(other) : NONE);
  });
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** The values within a JSON value by their paths: `address.city`, `tags[0]`. Empty lists and objects are values. */
function placesOf(value: unknown, path = ''): Map<string, unknown> {
  if (value === null || value === undefined) return new Map(path === '' ? [] : [[path, null]]);
  if (typeof value !== 'object') return new Map([[path === '' ? 'value' : path, value]]);
  const entries = Array.isArray(value)
    ? value.map((item, index): [string, unknown] => [`${path}[${index}]`, item])
    : Object.entries(value).map(([key, item]): [string, unknown] => [path === '' ? key : `${path}.${key}`, item]);
  if (entries.length === 0) return new Map(path === '' ? [] : [[path, value]]);
  return new Map(entries.flatMap(([place, item]) => [...placesOf(item, place)]));
}

const formatCount = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 6 });
