import { availableParallelism, cpus, totalmem } from 'node:os';
import pc from 'picocolors';
import { type Figure, holds, type MeasuredPart } from './figure.js';

/** Where the figures were taken: they mean nothing without it. */
export interface Machine {
  processors: number;
  model: string;
  memoryGb: number;
  node: string;
  postgres: string;
  /** Version by name of what else ran: Chromium where the product was measured, the peers where they were. */
  others: Record<string, string>;
}

/** This machine, with the versions of what it ran. */
export function describeMachine(versions: Pick<Machine, 'postgres' | 'others'>): Machine {
  return {
    processors: availableParallelism(),
    model: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    ...versions,
  };
}

export interface BenchReport {
  takenAt: string;
  machine: Machine;
  parts: MeasuredPart[];
}

/** For programs: every figure with its target and whether it was met. */
export function toJson({ takenAt, machine, parts }: BenchReport): string {
  const withVerdict = (figure: Figure) => ({ ...figure, holds: holds(figure) });
  const judged = parts.map((part) => ({ ...part, figures: part.figures.map(withVerdict) }));
  return JSON.stringify({ takenAt, machine, parts: judged }, null, 2);
}

/** A report as `toJson` wrote it; what could not be measured is no number again. */
export const fromJson = (text: string): BenchReport =>
  JSON.parse(text, (key, value) => (key === 'value' && value === null ? Number.NaN : value));

/** For people: a line per figure, then what stands behind each. */
export function toTable({ machine, parts }: BenchReport): string {
  const rows = parts.flatMap(({ figures, load }) => figures.map((figure) => rowOf(figure, load)));
  const [heads = '', ...lines] = alignColumns([['', 'figure', 'measured', 'target', 'aim', 'load'], ...rows]);
  const colour = (text: string) => (text.startsWith('✗') ? pc.red(text) : text.startsWith('✓') ? pc.green(text) : text);
  const { processors, model, memoryGb } = machine;
  return [
    '',
    pc.bold(heads),
    ...lines.map(colour),
    '',
    ...parts.flatMap(({ figures }) => figures.flatMap(detailsOf)),
    pc.dim(`${processors} × ${model}, ${memoryGb} GB; ${versionsOf(machine)}`),
    pc.dim(
      'load: processes that wanted a processor, averaged over the last minute; above the number of processors, repeat.',
    ),
  ].join('\n');
}

/** What ran, with versions. */
export const versionsOf = ({ node, postgres, others }: Pick<Machine, 'node' | 'postgres' | 'others'>): string =>
  Object.entries({ Node: node, PostgreSQL: postgres, ...others })
    .map((named) => named.join(' '))
    .join(', ');

/** The figures that miss their target. */
export function missesOf({ parts }: Pick<BenchReport, 'parts'>): Figure[] {
  return parts.flatMap(({ figures }) => figures).filter((figure) => holds(figure) === false);
}

function rowOf(figure: Figure, load: number): string[] {
  const verdict = holds(figure);
  const mark = verdict === null ? '·' : verdict ? '✓' : '✗';
  const aim = figure.aim === undefined ? '' : withUnit(figure.aim, figure.unit);
  return [mark, figure.name, withUnit(figure.value, figure.unit), targetOf(figure), aim, load.toFixed(1)];
}

/** The target of a figure as text; empty for none. */
export function targetOf({ most, least, unit }: Figure): string {
  const bounds = [...(least === undefined ? [] : [`≥ ${withUnit(least, unit)}`])];
  if (most !== undefined) bounds.push(`≤ ${withUnit(most, unit)}`);
  return bounds.join(', ');
}

export function withUnit(value: number, unit: string): string {
  return `${numberOf(value)} ${unit}`.trim();
}

export function numberOf(value: number): string {
  if (Number.isNaN(value)) return '–';
  return value.toLocaleString('en', value < 100 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: 0 });
}

function detailsOf({ name, details, beside = [] }: Figure): string[] {
  const lines = [...details, ...besideLines(beside)];
  return lines.length === 0 ? [] : [name, ...lines.map((line) => pc.dim(`  ${line}`)), ''];
}

function besideLines(rows: NonNullable<Figure['beside']>): string[] {
  const heads = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const textOf = (value: string | number | undefined) => (typeof value === 'number' ? numberOf(value) : (value ?? ''));
  return rows.length === 0 ? [] : alignColumns([heads, ...rows.map((row) => heads.map((head) => textOf(row[head])))]);
}

function alignColumns(rows: string[][]): string[] {
  const widthOf = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widthOf(column)))
      .join('  ')
      .trimEnd(),
  );
}
