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
  const told = parts.map((part) => ({ ...part, figures: part.figures.map(withVerdict) }));
  return JSON.stringify({ takenAt, machine, parts: told }, null, 2);
}

/** For people: a line per figure, then what stands behind each. */
export function toTable({ machine, parts }: BenchReport): string {
  const rows = parts.flatMap(({ figures, load }) => figures.map((figure) => rowOf(figure, load)));
  const heads = ['', 'figure', 'measured', 'target', 'aim', 'load'];
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const colour = (text: string) => (text.startsWith('✗') ? pc.red(text) : text.startsWith('✓') ? pc.green(text) : text);
  const { processors, model, memoryGb, node, postgres, others } = machine;
  const versions = Object.entries({ Node: node, PostgreSQL: postgres, ...others }).map((named) => named.join(' '));
  return [
    '',
    pc.bold(line(heads)),
    ...rows.map((row) => colour(line(row))),
    '',
    ...parts.flatMap(({ figures }) => figures.flatMap(detailsOf)),
    pc.dim(`${processors} × ${model}, ${memoryGb} GB; ${versions.join(', ')}`),
    pc.dim(
      'load: processes that wanted a processor, averaged over the last minute; above the number of processors, repeat.',
    ),
  ].join('\n');
}

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

function targetOf({ most, least, unit }: Figure): string {
  const bounds = [...(least === undefined ? [] : [`≥ ${withUnit(least, unit)}`])];
  if (most !== undefined) bounds.push(`≤ ${withUnit(most, unit)}`);
  return bounds.join(', ');
}

function withUnit(value: number, unit: string): string {
  const text = value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 3 : value < 100 ? 1 : 0 });
  return `${text} ${unit}`.trim();
}

function detailsOf({ name, details }: Figure): string[] {
  return [name, ...details.map((detail) => pc.dim(`  ${detail}`)), ''];
}
