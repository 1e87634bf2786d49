import { expect, test } from 'vitest';
import { aMessage } from '../../testing/a-run';
import { countLines, filterLines, findLines, indexOfLine, nextFound, textPattern } from './log-search';

const lines = (['INFO', 'WARN', 'ERROR', 'INFO'] as const).map((level, index) =>
  aMessage({ seq: (index + 1) * 10, level, message: `${level} of 50% (a+b) Ä` }),
);

test.each([
  ['50%', 4],
  ['(A+B)', 4],
  ['ä', 4],
  ['warn', 1],
  ['a.b', 0],
  ['\\', 0],
  ['', 0],
])('finds %j in %d lines', (text, count) => {
  expect(findLines(lines, textPattern(text))).toHaveLength(count);
});

test('finds what stands in the data of a line alone', () => {
  const line = aMessage({ seq: 50, message: 'stored', data: { order: { orderId: 'A-4711' } } });
  expect(findLines([...lines, line], textPattern('orderid'))).toEqual([50]);
  expect(findLines([...lines, line], textPattern('a-4711'))).toEqual([50]);
});

test('counts what each filter leaves', () => {
  expect(countLines(lines)).toEqual({ all: 4, problems: 2, errors: 1 });
  for (const filter of ['all', 'problems', 'errors'] as const)
    expect(filterLines(lines, filter)).toHaveLength(countLines(lines)[filter]);
});

test.each([
  [10, 1, 20],
  [15, 1, 20],
  [30, 1, 10],
  [10, -1, 30],
  [20, -1, 10],
  [25, -1, 20],
] as const)('from line %d in direction %d leads to %d, round the ends', (from, direction, to) => {
  expect(nextFound([10, 20, 30], from, direction)).toBe(to);
});

test('leads to no line when nothing was found', () => {
  expect(nextFound([], 10, 1)).toBeUndefined();
  expect(nextFound([], 10, -1)).toBeUndefined();
});

test('finds the place of a line, though numbers are missing', () => {
  expect(indexOfLine(lines, 30)).toBe(2);
  expect(indexOfLine(lines, 31)).toBe(3);
});
