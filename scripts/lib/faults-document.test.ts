import { expect, it } from 'vitest';
import type { Finding } from '../../e2e/faults/world/finding.js';
import { describeFaults } from './faults-document.js';

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

it('sums what was injected once, and has a row for each fault', () => {
  const text = describeFaults({
    findings: [finding, { ...finding, fault: 'poison', details: '' }],
    ...{ passed: 12, failed: 1, minutes: 29.4, machine: '2 × a processor' },
    at: new Date('2026-11-30T23:00:00Z'),
  });
  expect(text).toContain(
    'one run at full size, 29 minutes on 2 × a processor, 30 November 2026. 10,000 faults over 2,400 runs: **0 lost, 2 doubled, 0 stuck**. 12 tests passed, 1 failed.',
  );
  expect(text).toContain(
    '| cancel against claim \\| end | 5,000 races; 1,142 cancel before claim | 1,200 | 0, 1, 0 | socket equal after 3 ms, 49 s |',
  );
  expect(text).toContain('| poison | 5,000 races; 1,142 cancel before claim | 1,200 | 0, 1, 0 | 49 s |\n');
});
