import { expect, it } from 'vitest';
import type { Finding } from '../../e2e/faults/world/finding.js';
import { describeFaults } from './faults-document.js';
import { type FaultsPart, type FaultsReport, missingParts } from './faults-report.js';

const finding: Finding = {
  fault: 'cancel against claim | end',
  injected: [
    { what: 'races', count: 5_000, target: 5_000 },
    { what: 'cancel before claim', count: 1_142, target: 1_000, isPart: true },
  ],
  runs: 1_200,
  lost: 0,
  doubled: 1,
  stuck: 0,
  details: 'socket equal after 3 ms',
  seconds: 48.6,
};
const races: FaultsPart = { name: 'cancel-races', passed: 2, failed: 1, ms: 20 * 60_000, findings: [finding] };
const poison: FaultsPart = {
  ...{ name: 'poison', passed: 10, failed: 0, ms: 9.4 * 60_000 },
  findings: [{ ...finding, fault: 'poison', details: '' }],
};
const report: FaultsReport = {
  takenAt: '2026-11-30T23:00:00Z',
  machine: '2 × a processor',
  parts: [poison, races],
};
const NAMES = ['cancel-races', 'poison'];

it('sums what was injected once, and has a row for each fault', () => {
  const text = describeFaults([report], NAMES);
  expect(text).toContain(
    'one run, at full size, 29 minutes on 2 × a processor, 30 November 2026. 10,000 faults over 2,400 runs: **0 lost, 2 doubled, 0 stuck**. 12 tests passed, 1 failed.',
  );
  expect(text).toContain(
    '| cancel against claim \\| end | 5,000 races; 1,142 cancel before claim | 1,200 | 0, 1, 0 | socket equal after 3 ms, 49 s |\n| poison | 5,000 races; 1,142 cancel before claim | 1,200 | 0, 1, 0 | 49 s |\n',
  );
});

it('takes each part from the newest run that has it', () => {
  const again = { ...races, passed: 3, failed: 0, ms: 60_000, findings: [{ ...finding, doubled: 0 }] };
  const newer = { ...report, takenAt: '2026-12-01T01:00:00Z', machine: 'another', parts: [again] };
  expect(describeFaults([newer, report], NAMES)).toContain(
    '2 runs, each fault from the newest that has it, at full size, 10 minutes on another, 30 November 2026 and 1 December 2026. 10,000 faults over 2,400 runs: **0 lost, 1 doubled, 0 stuck**. 13 tests passed, 0 failed.',
  );
});

it('names the parts that no run has', () => {
  expect(missingParts([report, { parts: [] }], [...NAMES, 'pgbouncer'])).toEqual(['pgbouncer']);
});
