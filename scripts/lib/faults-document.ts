import type { Finding } from '../../e2e/faults/world/finding.js';
import { type FaultsReport, newestParts } from './faults-report.js';

/**
 * The text of `docs/faults.md` about these reports of `pnpm test:faults` at full size, the newest first: each part from
 * the newest of them that has it, in the order of `names`.
 */
export function describeFaults(reports: readonly FaultsReport[], names: readonly string[]): string {
  const [newest] = reports;
  if (!newest) throw new Error('There is no report to write of');
  const parts = newestParts(reports, names);
  const findings = parts.flatMap((part) => part.findings);
  const sum = (read: (finding: Finding) => number) =>
    findings.reduce((total, finding) => total + read(finding), 0).toLocaleString('en');
  const faults = sum(({ injected }) => injected.reduce((total, { count, isPart }) => total + (isPart ? 0 : count), 0));
  const found = (['lost', 'doubled', 'stuck'] as const).map((kind) => `${sum((finding) => finding[kind])} ${kind}`);
  const [passed, failed] = (['passed', 'failed'] as const).map((key) =>
    parts.reduce((total, part) => total + part[key], 0).toLocaleString('en'),
  );
  const minutes = parts.reduce((total, { ms }) => total + ms, 0) / 60_000;
  const runs = reports.length === 1 ? 'one run' : `${reports.length} runs, each fault from the newest that has it`;
  const days = [...new Set(reports.map(({ takenAt }) => dayOf(takenAt)).toReversed())].join(' and ');
  return [
    '# Faults',
    '',
    `Written by \`pnpm test:faults --write\`: ${runs}, at full size, ${minutes.toFixed(0)} minutes on ${newest.machine}, ${days}. ` +
      `${faults} faults over ${sum((finding) => finding.runs)} runs: **${found.join(', ')}**. ` +
      `${passed} tests passed, ${failed} failed.`,
    '',
    'What is lost, doubled or stuck fails a story always; a figure that depends on the speed of the machine is judged only where the machine was quiet. After each fault the list that a socket has is compared with the database ("socket equal").',
    '',
    '| fault | injected | runs | lost, doubled, stuck | measured |',
    '|---|---|---|---|---|',
    ...findings.map(rowOf),
    '',
  ].join('\n');
}

const dayOf = (takenAt: string) =>
  new Date(takenAt).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

function rowOf({ fault, injected, runs, lost, doubled, stuck, details, seconds }: Finding): string {
  const injections = injected.map(({ count, what }) => `${count.toLocaleString('en')} ${what}`).join('; ');
  const cells = [
    fault,
    injections,
    runs.toLocaleString('en'),
    `${lost}, ${doubled}, ${stuck}`,
    [details, `${seconds.toFixed(0)} s`].filter((part) => part !== '').join(', '),
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
