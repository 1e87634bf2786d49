import type { Finding } from '../../e2e/faults/world/finding.js';

export interface FaultsRun {
  findings: Finding[];
  /** Of all suites of the run. */
  passed: number;
  failed: number;
  minutes: number;
  /** The machine and its load, in words. */
  machine: string;
  /** When it ended. */
  at: Date;
}

/** What `docs/faults.md` says of a run of `pnpm test:faults` at full size. */
export function describeFaults({ findings, passed, failed, minutes, machine, at }: FaultsRun): string {
  const sum = (read: (finding: Finding) => number) =>
    findings.reduce((total, finding) => total + read(finding), 0).toLocaleString('en');
  const faults = sum(({ injected }) => injected.reduce((total, { count, isPart }) => total + (isPart ? 0 : count), 0));
  const day = at.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
  const found = (['lost', 'doubled', 'stuck'] as const).map((kind) => `${sum((finding) => finding[kind])} ${kind}`);
  return [
    '# Faults',
    '',
    `Written by \`pnpm test:faults --write\`: one run at full size, ${minutes.toFixed(0)} minutes on ${machine}, ${day}. ` +
      `${faults} faults over ${sum(({ runs }) => runs)} runs: **${found.join(', ')}**. ` +
      `${passed.toLocaleString('en')} tests passed, ${failed.toLocaleString('en')} failed.`,
    '',
    'What is lost, doubled or stuck fails a story always; a figure that depends on the speed of the machine is judged only where the machine was quiet. After each fault the list that a socket has is compared with the database ("socket equal").',
    '',
    '| fault | injected | runs | lost, doubled, stuck | measured |',
    '|---|---|---|---|---|',
    ...findings.map(rowOf),
    '',
  ].join('\n');
}

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
