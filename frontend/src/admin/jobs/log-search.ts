import type { JobRunMessage } from '@job-manager/shared/contract/message';
import type { MessageLevel } from '@job-manager/shared/message';

type Lines = readonly JobRunMessage[];

/** The lines that match. */
export type LogFilter = 'all' | 'problems' | 'errors';

const shownLevels: Record<LogFilter, readonly MessageLevel[]> = {
  all: ['INFO', 'WARN', 'ERROR'],
  problems: ['WARN', 'ERROR'],
  errors: ['ERROR'],
};

export const filterLines = (lines: Lines, filter: LogFilter): Lines =>
  filter === 'all' ? lines : lines.filter(({ level }) => shownLevels[filter].includes(level));

/** How many lines each filter shows. */
export function countLines(lines: Lines): Record<LogFilter, number> {
  let [problems, errors] = [0, 0];
  for (const { level } of lines) {
    if (level === 'INFO') continue;
    problems += 1;
    if (level === 'ERROR') errors += 1;
  }
  return { all: lines.length, problems, errors };
}

/** Finds a text whatever its case; null for no text. */
export function textPattern(text: string): RegExp | null {
  return text === '' ? null : new RegExp(text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'iu');
}

/** The data of a line as it is shown, which is also the text that is searched; empty without data. */
export function dataText(line: JobRunMessage): string {
  if (line.data === null) return '';
  let text = dataTexts.get(line);
  if (text === undefined) {
    text = JSON.stringify(line.data, null, 2);
    dataTexts.set(line, text);
  }
  return text;
}

/** Each key pressed searches the whole log: the texts are made once. */
const dataTexts = new WeakMap<JobRunMessage, string>();

/** Numbers of the lines in whose message or data the pattern occurs. */
export function findLines(lines: Lines, pattern: RegExp | null): number[] {
  if (pattern === null) return [];
  const found: number[] = [];
  for (const line of lines) {
    if (pattern.test(line.message) || (line.data !== null && pattern.test(dataText(line)))) found.push(line.seq);
  }
  return found;
}

/** Where in a list that rises a number stands, or would stand. */
function placeOf(seq: number, length: number, at: (index: number) => number): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(middle) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where in the lines a message stands. */
export const indexOfLine = (lines: Lines, seq: number): number =>
  placeOf(seq, lines.length, (index) => lines[index]?.seq ?? Number.POSITIVE_INFINITY);

/** The found line after (or, backwards, before) a line; past the end it starts again. */
export function nextFound(found: readonly number[], from: number, direction: 1 | -1): number | undefined {
  const place = placeOf(from, found.length, (index) => found[index] ?? Number.POSITIVE_INFINITY);
  const isOn = found[place] === from;
  const next = direction === 1 ? place + (isOn ? 1 : 0) : place - 1;
  return found.at(next % found.length);
}
