import { expect, test } from 'vitest';
import { findEntries } from './palette-entries';

const pages = [
  { to: '/admin/dashboard', label: 'Dashboard', key: 'd' },
  { to: '/admin/jobs', label: 'Runs', key: 'r' },
];
const jobs = [
  { name: 'trending', description: 'Update trending' },
  { name: 'match-scores', description: 'Score matches between users' },
];
const recent = [{ label: 'Runs / trending / #7', to: '/admin/jobs/7' }];
const sources = { pages, jobs, recent, runJob: () => {} };
const labels = (typed: string, from = sources) => findEntries(typed, from).map(({ label }) => label);

test('offers recent places, then pages, where nothing is typed', () => {
  expect(labels('')).toEqual(['Runs / trending / #7', 'Dashboard', 'Runs', 'Run New Job']);
});

test.each(['12847', '#12847', ' #12847 '])('opens the run that %j names, before anything else', (typed) => {
  expect(findEntries(typed, sources)[0]).toMatchObject({ label: 'Open run #12847', to: '/admin/jobs/12847' });
});

test.each(['0', '99999999999999999999', '#'])('takes %j for no run', (typed) => {
  expect(labels(typed)).not.toContain(`Open run #${typed}`);
});

test('finds jobs by the letters of their names, and by their descriptions', () => {
  expect(labels('mtchsc')).toEqual(['Open match-scores', 'Run match-scores…']);
  expect(labels('between users')).toEqual(['Open match-scores', 'Run match-scores…']);
  expect(labels('zzz')).toEqual([]);
});

test('runs nothing for those who may not', () => {
  expect(labels('trending', { ...sources, runJob: undefined as never })).toEqual(['Open trending']);
});
