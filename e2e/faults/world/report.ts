import { appendFileSync } from 'node:fs';

/** What one test injected and found, a line of the table that `pnpm test:faults` ends with. */
export interface Finding {
  fault: string;
  /** How often it was injected, in words. */
  injected: string;
  runs?: number;
  lost?: number;
  doubled?: number;
  stuck?: number;
  /** Other figures worth telling. */
  details?: string;
  seconds: number;
}

/** Tells a finding to whoever reads along, and to the table where one is made. */
export function reportFinding(finding: Finding): void {
  console.log(`faults: ${JSON.stringify(finding)}`);
  const file = process.env.FAULTS_REPORT;
  if (file) appendFileSync(file, `${JSON.stringify(finding)}\n`);
}
