import type { Figure, MeasuredPart } from './figure.js';
import { holds } from './figure.js';
import { type BenchReport, numberOf, targetOf, versionsOf, withUnit } from './report.js';

/**
 * The text of `docs/benchmarks.md` about these reports, the newest first: each part from the newest of them that has
 * it. Reports are of one machine.
 */
export function describeBenchmarks(reports: readonly BenchReport[]): string {
  const [newest] = reports;
  if (!newest) throw new Error('There is no report to write of');
  const parts = newestParts(reports);
  const { processors, model, memoryGb } = newest.machine;
  const others = Object.assign({}, ...reports.toReversed().map(({ machine }) => machine.others));
  const days = [...new Set(reports.map(({ takenAt }) => dayOf(takenAt)).toReversed())];
  const figures = parts.flatMap((part) => part.figures);
  const missed = figures.filter((figure) => holds(figure) === false).length;
  return [
    '# Benchmarks',
    '',
    `Written by \`pnpm bench --write\` on ${days.join(' and ')}: ${figures.length} figures, on ${processors} × ${model}, ${memoryGb} GB, ` +
      `with ${versionsOf({ ...newest.machine, others })}. The database, the worker, its clients and those who watch share that machine. ` +
      `${missed} miss their target, in bold below; [performance.md](performance.md) explains what bounds them. Above a load of ${processors} a figure is worse than on a quiet machine.`,
    '',
    '| figure | measured | target | aim | load |',
    '|---|---|---|---|---|',
    ...parts.flatMap(({ figures, load }) => figures.map((figure) => rowOf(figure, load))),
    ...figures.flatMap(besideOf),
    '',
  ].join('\n');
}

function newestParts(reports: readonly BenchReport[]): MeasuredPart[] {
  const parts = new Map<string, MeasuredPart>();
  for (const report of reports.toReversed()) for (const part of report.parts) parts.set(part.id, part);
  return [...parts.values()];
}

const dayOf = (takenAt: string) =>
  new Date(takenAt).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

function rowOf(figure: Figure, load: number): string {
  const value = withUnit(figure.value, figure.unit);
  const aim = figure.aim === undefined ? '' : withUnit(figure.aim, figure.unit);
  return row([figure.name, holds(figure) === false ? `**${value}**` : value, targetOf(figure), aim, load.toFixed(1)]);
}

/** The peers of a figure, and what was measured with it. */
function besideOf({ name, details, beside = [] }: Figure): string[] {
  if (beside.length === 0) return [];
  const heads = [...new Set(beside.flatMap((engine) => Object.keys(engine)))];
  const cell = (value: string | number | undefined) => (typeof value === 'number' ? numberOf(value) : (value ?? ''));
  return [
    '',
    `**${name}**${details.length > 0 ? `: ${details.join('; ')}` : ''}`,
    '',
    row(heads),
    `|${'---|'.repeat(heads.length)}`,
    ...beside.map((engine) => row(heads.map((head) => cell(engine[head])))),
  ];
}

const row = (cells: string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
