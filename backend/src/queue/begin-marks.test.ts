import { expect, it } from 'vitest';
import { BeginMarks } from './begin-marks.js';

it('lets a run begin once', () => {
  const marks = new BeginMarks();
  const mark = marks.take();
  expect(marks.begin(mark)).toBe(true);
  expect(marks.begin(mark)).toBe(false);
});

it('lets no run begin that was handed back', () => {
  const marks = new BeginMarks();
  const [mine, other] = [marks.take(), marks.take()];
  Atomics.compareExchange(marks.shared, mine.place, mine.mark, mine.mark + 2);
  expect(marks.begin(mine)).toBe(false);
  expect(marks.begin(other)).toBe(true);
});

it('gives a place to another run under another mark', () => {
  const marks = new BeginMarks();
  const gone = marks.take();
  marks.giveBack(gone);
  const next = marks.take();
  expect(next.place).toBe(gone.place);
  expect(marks.begin(gone)).toBe(false);
  expect(marks.begin(next)).toBe(true);
});

it('leaves no mark of a run that has gone', () => {
  const marks = new BeginMarks();
  const [gone, here] = [marks.take(), marks.take()];
  marks.begin(gone);
  marks.giveBack(gone);
  expect(marks.shared[gone.place]).toBe(0);
  expect(marks.shared[here.place]).toBe(here.mark);
});

it('lets runs begin that found no place', () => {
  const marks = new BeginMarks();
  const all = Array.from({ length: 9_000 }, () => marks.take());
  expect(all.at(-1)?.place).toBe(-1);
  expect(all.every((mark) => marks.begin(mark))).toBe(true);
});
