import type { JobDefinition } from '@job-manager/shared/contract/run';
import { nearest } from './nearest.js';
import { type Parameter, parametersOf } from './parameter.js';
import { readValue } from './parameter-value.js';
import { UsageError } from './usage-error.js';

/** Flags of the command itself; all others are parameters of the job. */
export const OPTIONS = {
  list: 'Show the jobs',
  help: 'Show how to use this, or a job',
  enqueue: 'Queue a run for any runner instead of running it here',
  wait: 'With --enqueue: wait until the run has ended',
  json: 'Write every event as a line of JSON to standard output',
} as const;
type Option = keyof typeof OPTIONS;

export interface JobCommand extends Record<Option, boolean> {
  job: JobDefinition | undefined;
  parameters: Record<string, unknown>;
}

/**
 * Reads `<job> [--parameter=value …] [options]`. The job's schema says what each parameter is. Throws
 * UsageError, which names the nearest job or parameter.
 */
export function parseArguments(args: readonly string[], jobs: readonly JobDefinition[]): JobCommand {
  const job = findJob(args, jobs);
  const parameters = job ? parametersOf(job) : [];
  const command: JobCommand = {
    job,
    parameters: {},
    list: false,
    help: false,
    enqueue: false,
    wait: false,
    json: false,
  };
  const flags: Record<string, unknown> = {};
  const rest = new Words(job ? withoutFirst(args, job.name) : args);
  for (let word = rest.next(); word !== undefined; word = rest.next()) {
    const { name, value } = split(word, job);
    if (isOption(name)) setOption(command, name, value);
    else if (name === 'params')
      command.parameters = { ...command.parameters, ...readParams(value ?? rest.value(name)) };
    else setParameter(flags, findParameter(name, parameters, job), value, rest);
  }
  Object.assign(command.parameters, flags);
  return command;
}

/** The job is the first word, or comes right after flags of the command itself (`--json match-scores`). */
function findJob(args: readonly string[], jobs: readonly JobDefinition[]): JobDefinition | undefined {
  const first = args.find((word) => !isOption(word.replace(/^-+/, '')));
  if (first === undefined || first.startsWith('-')) return undefined;
  const job = jobs.find(({ name }) => name === first);
  if (job) return job;
  throw new UsageError(
    `There is no job "${first}"${suggest(
      nearest(
        first,
        jobs.map(({ name }) => name),
      ),
    )} --list shows them all.`,
  );
}

function withoutFirst(args: readonly string[], word: string): string[] {
  return args.toSpliced(args.indexOf(word), 1);
}

class Words {
  readonly #words: string[];

  constructor(words: readonly string[]) {
    this.#words = [...words];
  }

  next(): string | undefined {
    return this.#words.shift();
  }

  peek(): string | undefined {
    return this.#words[0];
  }

  /** What follows a flag. */
  value(flag: string): string {
    const word = this.#words.shift();
    if (word === undefined || word.startsWith('--')) throw new UsageError(`--${flag} needs a value.`);
    return word;
  }
}

function split(word: string, job: JobDefinition | undefined): { name: string; value: string | undefined } {
  if (word === '-h') return { name: 'help', value: undefined };
  if (!word.startsWith('--')) {
    throw new UsageError(
      `Can't tell what ${JSON.stringify(word)} is for${job ? '; parameters look like --name=value' : ''}.`,
    );
  }
  const end = word.indexOf('=');
  return end < 0 ? { name: word.slice(2), value: undefined } : { name: word.slice(2, end), value: word.slice(end + 1) };
}

function isOption(name: string): name is Option {
  return Object.hasOwn(OPTIONS, name);
}

function setOption(command: JobCommand, name: Option, value: string | undefined): void {
  if (value !== undefined) throw new UsageError(`--${name} takes no value.`);
  command[name] = true;
}

function readParams(text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
  } catch {
    // Said below, for both kinds of fault.
  }
  throw new UsageError(`--params must be a JSON object, such as --params '{"userId": 8}'.`);
}

function findParameter(
  name: string,
  parameters: Parameter[],
  job: JobDefinition | undefined,
): Parameter & { isNegated: boolean } {
  const found = parameters.find((parameter) => parameter.name === name);
  if (found) return { ...found, isNegated: false };
  const negated = parameters.find((parameter) => `no-${parameter.name}` === name);
  if (negated?.types.includes('boolean')) return { ...negated, isNegated: true };
  const names = [...parameters.map((parameter) => parameter.name), ...Object.keys(OPTIONS), 'params'];
  const near = nearest(name, names);
  if (!job) throw new UsageError(`There is no option --${name}${suggest(near && `--${near}`)} --help shows them all.`);
  throw new UsageError(`${job.name} has no parameter --${name}${suggest(near && `--${near}`)} --help shows them all.`);
}

function setParameter(
  flags: Record<string, unknown>,
  parameter: Parameter & { isNegated: boolean },
  value: string | undefined,
  rest: Words,
): void {
  const { name, types, isNegated } = parameter;
  if (isNegated && value !== undefined) throw new UsageError(`--no-${name} takes no value.`);
  const read = isNegated ? false : readFlag(parameter, value, rest);
  const before = Object.hasOwn(flags, name) ? flags[name] : undefined;
  if (before !== undefined && !types.includes('array')) throw new UsageError(`--${name} is given twice.`);
  flags[name] = Array.isArray(before) && Array.isArray(read) ? [...before, ...read] : read;
}

function readFlag(parameter: Parameter, value: string | undefined, rest: Words): unknown {
  if (value !== undefined) return readValue(parameter, value);
  if (!parameter.types.includes('boolean')) return readValue(parameter, rest.value(parameter.name));
  const follows = rest.peek();
  return follows === 'true' || follows === 'false' ? readValue(parameter, rest.value(parameter.name)) : true;
}

const suggest = (name: string | undefined) => (name ? `; did you mean ${name}?` : '.');
