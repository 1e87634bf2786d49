import type { Finding } from '../../e2e/faults/world/finding.js';

/** A file of the fault suite, or another suite that `pnpm test:faults` runs, and what it found. */
export interface FaultsPart {
  /** Such as `killed-runners`. */
  name: string;
  passed: number;
  failed: number;
  ms: number;
  findings: Finding[];
}

/** A run of `pnpm test:faults`, as `--save` writes it. */
export interface FaultsReport {
  takenAt: string;
  /** The machine and its load, as text. */
  machine: string;
  parts: FaultsPart[];
}

/** Each part from the newest report that has it, in the order of `names`. The first report is the newest. */
export function newestParts(reports: readonly FaultsReport[], names: readonly string[]): FaultsPart[] {
  const parts = new Map<string, FaultsPart>();
  for (const report of reports.toReversed()) for (const part of report.parts) parts.set(part.name, part);
  return names.flatMap((name) => parts.get(name) ?? []);
}

/** Those of `names` that no report has. */
export function missingParts(reports: readonly Pick<FaultsReport, 'parts'>[], names: readonly string[]): string[] {
  const found = new Set(reports.flatMap(({ parts }) => parts.map(({ name }) => name)));
  return names.filter((name) => !found.has(name));
}
