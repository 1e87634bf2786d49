import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { createReport, type RunEnd } from './report.js';

const run = { runId: '7', jobName: 'match-scores', parameters: { userId: 8 } };
const end: RunEnd = { runId: '7', status: 'SUCCESS', error: null, metadata: { usersProcessed: 1 } };

function watch(kind: { isTTY?: boolean; json?: boolean; columns?: number }) {
  const written = { out: '', err: '' };
  const clock = { ms: 0 };
  const write = (to: 'out' | 'err') => (text: string | Uint8Array) => {
    written[to] += text;
    return true;
  };
  const out = { write: write('out') };
  const err = { write: write('err'), isTTY: kind.isTTY, columns: kind.columns ?? 80 };
  const report = createReport({ out, err, now: () => clock.ms }, { json: kind.json ?? false });
  return { report, written, clock };
}

it('keeps data and messages apart', () => {
  const { report, written } = watch({});
  report.started(run);
  report.progress(50, 'half');
  report.ended(end);
  expect(JSON.parse(written.out)).toEqual({ usersProcessed: 1 });
  expect(written.err).toMatch(/match-scores is run #7\n.*50 % {2}half\nRun #7 ended after 0\.0 s: SUCCESS/);
});

it('writes a plain line of progress every 2 s, and the last one', () => {
  const { report, written, clock } = watch({});
  for (let percent = 0; percent <= 100; percent++) {
    clock.ms = percent * 50;
    report.progress(percent, null);
  }
  expect(written.err.trim().split(/\s*\n\s*/)).toEqual(['0 %', '40 %', '80 %', '100 %']);
});

it('draws one line on a terminal, no wider than it', () => {
  const { report, written } = watch({ isTTY: true, columns: 60 });
  report.progress(50, 'a message\nin two lines '.repeat(20));
  const lines = stripVTControlCharacters(written.err)
    .split(/[\r\n]/)
    .filter(Boolean);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.length).toBeLessThanOrEqual(60);
  expect(lines[0]).toContain('50 %');
});

it('keeps the bar below the logged lines, and leaves none at the end', () => {
  const { report, written } = watch({ isTTY: true });
  report.progress(10, 'going');
  report.log('warn', 'careful');
  expect(stripVTControlCharacters(written.err)).toMatch(/warn: careful\n█.*10 %.*going$/);
  report.ended(end);
  expect(written.err.endsWith('\n')).toBe(true);
});

it('writes each event as a line of JSON for programs, and nothing else', () => {
  const { report, written, clock } = watch({ json: true });
  report.started(run);
  report.progress(10, 'a');
  clock.ms = 20;
  report.progress(11, 'too soon');
  clock.ms = 120;
  report.progress(12, 'b');
  report.log('info', 'hello', { n: 1 });
  report.ended(end);
  const events = written.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events.map(({ type }) => type)).toEqual(['started', 'progress', 'progress', 'log', 'ended']);
  expect(events[2]).toEqual({ type: 'progress', afterMs: 120, percent: 12, message: 'b' });
  expect(events[4]).toMatchObject({ runId: '7', status: 'SUCCESS', metadata: { usersProcessed: 1 } });
  expect(written.err).toBe('');
});

it('names the error of a failed run', () => {
  const { report, written } = watch({});
  report.ended({ runId: '7', status: 'FAILED', error: 'No user 8', metadata: null });
  expect(written.err).toContain('FAILED: No user 8');
  expect(written.out).toBe('');
});

it.each<{ isTTY?: boolean; json?: boolean }>([{}, { isTTY: true }, { json: true }])(
  'writes nothing that a terminal would obey, wherever it comes from: %j',
  (kind) => {
    const { report, written } = watch(kind);
    const evil = 'a\x1b]52;c;cm0=\x07\x9b2Jb';
    report.progress(50, evil);
    report.log('error', evil, { evil });
    report.note(evil);
    report.ended({ ...end, error: evil, metadata: { evil } });
    // Our own colours and the line that is drawn again stay.
    const left = (written.out + written.err).replace(/\p{Cc}\[\d{0,2}[mK]|\r/gu, '');
    expect(left).not.toMatch(/[^\P{Cc}\t\n]/u);
    expect(left).toContain(
      kind.json ? String.raw`\u001b]52;c;cm0=\u0007\u009b2Jb` : String.raw`\x1b]52;c;cm0=\x07\x9b2Jb`,
    );
  },
);
