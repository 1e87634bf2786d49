import type { JobDefinition } from '@job-manager/shared/contract/run';
import pc from 'picocolors';
import { OPTIONS, QUEUEING } from './arguments.js';
import { type Parameter, parametersOf } from './parameter.js';

/** How the command is called. */
export interface CommandName {
  /** Such as `job-manager run`. */
  program: string;
  /** Flags beside those that each of these commands has. */
  moreOptions?: [flag: string, description: string][];
}

/** Every job with what it does. */
export function listJobs(jobs: readonly JobDefinition[]): string {
  return table(jobs.map(({ name, description }) => [name, description]));
}

/** How to use the command. */
export function describeCommand({ program, moreOptions }: CommandName): string {
  return [
    `Usage: ${program} <job> [--parameter=value …] [options]`,
    '',
    'Runs a job here and now, as a tracked run that the panel shows live.',
    '',
    heading('Options'),
    table(optionRows(moreOptions)),
    '',
    heading('With --enqueue'),
    table(queueingRows()),
    '',
    `See ${program} --list, and ${program} <job> --help.`,
    'Ends with 0 after success, 1 after a failure, 2 for a wrong command line, 130 when cancelled.',
  ].join('\n');
}

/** How to use one job, from its schema. */
export function describeJob(job: JobDefinition, { program, moreOptions }: CommandName): string {
  const parameters = parametersOf(job);
  const rows = parameters.map((parameter) => [
    `--${parameter.name} ${placeholderOf(parameter)}`.trim(),
    describe(parameter),
  ]);
  return [
    `Usage: ${program} ${job.name}${parameters.length > 0 ? ' [--parameter=value …]' : ''} [options]`,
    '',
    job.description,
    '',
    ...(rows.length > 0 ? [heading('Parameters'), table(rows), ''] : []),
    heading('Options'),
    table(optionRows(moreOptions)),
    '',
    heading('With --enqueue'),
    table(queueingRows()),
    ...(job.examples.length > 0 ? ['', heading('Examples'), ...job.examples.map((example) => `  ${example}`)] : []),
  ].join('\n');
}

function optionRows(more: CommandName['moreOptions'] = []): string[][] {
  const rows = Object.entries(OPTIONS).map(([name, description]) => [`--${name}`, description]);
  return [...rows, ...more, ['--params <json>', 'Parameters as one JSON object; single ones given as well win']];
}

function queueingRows(): string[][] {
  return Object.entries(QUEUEING).map(([name, { takes, help }]) => [`--${name} ${takes}`, help]);
}

function placeholderOf({ types, schema }: Parameter): string {
  if (schema.enum) return `<${schema.enum.join('|')}>`;
  if (types.join() === 'boolean') return '';
  if (types.includes('array')) return '<a,b,…>';
  return types.length === 0 ? '<value>' : `<${types.join('|')}>`;
}

function describe({ schema, isRequired }: Parameter): string {
  const facts = [rangeOf(schema), isRequired ? 'required' : '', defaultOf(schema)].filter(Boolean).join(', ');
  return [schema.description ?? '', facts && pc.dim(`(${facts})`)].filter(Boolean).join(' ');
}

/** Bounds that come from the number type itself do not help a reader. */
function rangeOf({ minimum, maximum }: Parameter['schema']): string {
  const isShown = (bound: number | undefined) => bound !== undefined && Math.abs(bound) < 2 ** 31 - 1;
  if (isShown(minimum) && isShown(maximum)) return `${minimum} to ${maximum}`;
  if (isShown(minimum)) return `${minimum} or more`;
  return isShown(maximum) ? `${maximum} or less` : '';
}

function defaultOf(schema: Parameter['schema']): string {
  return schema.default === undefined ? '' : `default ${JSON.stringify(schema.default)}`;
}

const heading = (text: string) => pc.bold(text);

function table(rows: string[][]): string {
  const width = Math.max(...rows.map(([left = '']) => left.length));
  return rows.map(([left = '', right = '']) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}
