import { appendFileSync } from 'node:fs';
import { expect } from 'vitest';
import { countOf, type Finding, type Injection } from './finding.js';
import type { Verdict } from './verdict.js';

/** A verdict, how long the socket (where there is one) needed to equal the database, and how long all of it took. */
export interface Judgement extends Verdict {
  socketMs?: number;
  seconds: number;
}

let reportedAt = performance.now();

/**
 * Reports what a test found to the console, and to the table where one is written. Fails the test when a fault was
 * injected less often than required: a fault that never happened proves nothing. Its time is that since the file began,
 * or since its last finding.
 */
export function reportFinding(
  fault: string,
  injected: string | Injection | Injection[],
  judgement: Pick<Judgement, 'runs' | 'lost' | 'doubled' | 'stuck'> & { socketMs?: number },
  details: string[] = [],
): void {
  const { runs, lost, doubled, stuck, socketMs } = judgement;
  const injections = typeof injected === 'string' ? [] : [injected].flat();
  const summary = typeof injected === 'string' ? [injected] : [];
  const lines = [...summary, ...details];
  if (socketMs !== undefined) lines.push(`socket equal after ${Math.round(socketMs)} ms`);
  const seconds = secondsSinceLast();
  const finding: Finding = {
    fault,
    injected: injections,
    runs,
    lost,
    doubled,
    stuck,
    details: lines.join(', '),
    seconds,
  };
  console.log(describeFinding(finding));
  const file = process.env.FAULTS_REPORT;
  if (file) appendFileSync(file, `${JSON.stringify(finding)}\n`);
  for (const { what, count, target } of injections) expect(count, `${fault}: ${what}`).toBeGreaterThanOrEqual(target);
}

function describeFinding({ fault, injected, runs, lost, doubled, stuck, details, seconds }: Finding): string {
  const injections = injected.map((injection) => `${countOf(injection)} ${injection.what}; `).join('');
  return `${fault}: ${injections}${runs} runs, ${lost} lost, ${doubled} doubled, ${stuck} stuck; ${[details, `${seconds.toFixed(0)} s`].filter(Boolean).join('; ')}`;
}

function secondsSinceLast(): number {
  const before = reportedAt;
  reportedAt = performance.now();
  return (reportedAt - before) / 1_000;
}
