import { appendFileSync } from 'node:fs';
import type { Verdict } from './verdict.js';

/** What one test injected and found: a line of the table that `pnpm test:faults` ends with. */
export interface Finding {
  fault: string;
  /** How often it was injected, in words. */
  injected: string;
  runs: number;
  lost: number;
  doubled: number;
  stuck: number;
  /** Other figures worth telling. */
  details: string;
  seconds: number;
}

/** A verdict, how long the socket needed to equal the database, and how long all of it took. */
export interface Judgement extends Verdict {
  socketMs: number;
  seconds: number;
}

/** Tells what a test found to whoever reads along, and to the table where one is made. */
export function reportFinding(fault: string, injected: string, judgement: Judgement, details: string[] = []): void {
  const { runs, lost, doubled, stuck, socketMs, seconds } = judgement;
  const told = [...details, `socket equal after ${Math.round(socketMs)} ms`].join(', ');
  const finding: Finding = { fault, injected, runs, lost, doubled, stuck, details: told, seconds };
  console.log(`${fault}: ${injected}; ${runs} runs, ${lost} lost, ${doubled} doubled, ${stuck} stuck; ${told}`);
  const file = process.env.FAULTS_REPORT;
  if (file) appendFileSync(file, `${JSON.stringify(finding)}\n`);
}
