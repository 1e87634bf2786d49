import { checkInput } from '@job-manager/shared/check-input';
import { enqueueOptions } from '@job-manager/shared/contract/enqueue-options';
import type { JobDefinition } from '@job-manager/shared/contract/run';
import { InexactNumberError, parseExactJson } from '@job-manager/shared/exact-json';
import { limits } from '@job-manager/shared/limits';
import { nearest } from '@job-manager/shared/nearest';
import { readDuration } from '../operate/values.js';
import { type Parameter, parametersOf } from './parameter.js';
import { flagAt, readValue } from './parameter-value.js';
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

/** Flags with --enqueue: what each takes, as help text and as options of the API. */
export const QUEUEING = {
  channel: { takes: '<name>', help: 'The channel to queue in', read: (text: string) => ({ channel: text }) },
  priority: {
    takes: '<number>',
    help: '-100 to 100, lower first',
    read: (text: string) => ({ priority: readNumber('priority', text) }),
  },
  delay: {
    takes: '<duration>',
    help: 'Not before so long from now: 90s, 10m, 2h, 7d',
    read: (text: string) => ({ delayMs: readDelay(text) }),
  },
  attempts: {
    takes: '<number>',
    help: 'How often it may be begun',
    read: (text: string) => ({ maxAttempts: readNumber('attempts', text) }),
  },
  after: {
    takes: '<id,id,…>',
    help: 'Wait for these runs to succeed',
    read: (text: string) => ({ after: text.split(',').map((id) => id.replace(/^#/, '')) }),
  },
  'unique-key': {
    takes: '<key>',
    help: 'Answer the active run that has this key, if there is one',
    read: (text: string) => ({ unique: { key: text, scope: 'running', onConflict: 'existing' } }),
  },
  queueing: {
    takes: '<json>',
    help: 'All of this and more, as the API takes it',
    read: (text: string) => readObject('queueing', text),
  },
} as const;

function readNumber(flag: string, text: string): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isInteger(number)) return number;
  throw new UsageError(`--${flag} must be a whole number.`);
}

function readDelay(text: string): number {
  let ms: number;
  try {
    ms = readDuration(text);
  } catch {
    throw new UsageError('Write --delay as 90s, 10m, 2h or 7d.');
  }
  if (ms <= limits.farMs) return ms;
  throw new UsageError(`--delay=${text} is too long: at most ${limits.farMs / 86_400_000}d, which are 10 years.`);
}

/** Reads a flag; a refusal names the flag as it was typed where that of the API would name its field. */
function readQueueing(name: keyof typeof QUEUEING, text: string): Record<string, unknown> {
  const read: Record<string, unknown> = QUEUEING[name].read(text);
  if (name === 'queueing') return read;
  for (const [field, check] of Object.entries(enqueueOptions)) {
    const checked = checkInput(check, read[field]);
    if (!checked.success) throw new UsageError(`--${name}=${text}: ${checked.issues[0]?.message}.`);
  }
  return read;
}

export interface JobCommand extends Record<Option, boolean> {
  job: JobDefinition | undefined;
  parameters: Record<string, unknown>;
  /** How to queue it, as the API takes it; only with `enqueue`. */
  queueing: Record<string, unknown>;
}

/**
 * Reads `<job> [--parameter=value …] [options]`. The job's schema defines each parameter. Throws
 * UsageError, which names the nearest job or parameter.
 */
export function parseArguments(args: readonly string[], jobs: readonly JobDefinition[]): JobCommand {
  const job = findJob(args, jobs);
  const parameters = job ? parametersOf(job) : [];
  const command: JobCommand = {
    job,
    parameters: {},
    queueing: {},
    list: false,
    help: false,
    enqueue: false,
    wait: false,
    json: false,
  };
  const flags: Record<string, unknown> = {};
  const rest = new Arguments(job ? withoutFirst(args, job.name) : args);
  for (let word = rest.next(); word !== undefined; word = rest.next()) {
    const { name, value } = split(word, job);
    if (isOption(name)) setOption(command, name, value);
    else if (name === 'params')
      command.parameters = { ...command.parameters, ...readObject(name, value ?? rest.value(name)) };
    // A parameter of the job comes first; --queueing has the same meaning for every job.
    else if (isQueueing(name) && !parameters.some((parameter) => parameter.name === name))
      Object.assign(command.queueing, readQueueing(name, value ?? rest.value(name)));
    else setParameter(flags, findParameter(name, parameters, job), value, rest);
  }
  Object.assign(command.parameters, flags);
  if (!command.enqueue && Object.keys(command.queueing).length > 0)
    throw new UsageError('Options of queueing need --enqueue.');
  return command;
}

/** The job is the first word, or comes right after flags of the command itself (`--json match-scores`). */
function findJob(args: readonly string[], jobs: readonly JobDefinition[]): JobDefinition | undefined {
  const first = args.find((word) => !(word.startsWith('--') && isOption(word.slice(2))));
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

class Arguments {
  readonly #args: string[];

  constructor(args: readonly string[]) {
    this.#args = [...args];
  }

  next(): string | undefined {
    return this.#args.shift();
  }

  peek(): string | undefined {
    return this.#args[0];
  }

  /** What follows a flag. */
  value(flag: string): string {
    const word = this.#args.shift();
    if (word === undefined || word.startsWith('--')) throw new UsageError(`--${flag} needs a value.`);
    return word;
  }
}

function split(word: string, job: JobDefinition | undefined): { name: string; value: string | undefined } {
  if (word === '-h') return { name: 'help', value: undefined };
  if (!word.startsWith('--')) {
    throw new UsageError(`Unknown argument ${JSON.stringify(word)}${job ? '; write parameters as --name=value' : ''}.`);
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

function isQueueing(name: string): name is keyof typeof QUEUEING {
  return Object.hasOwn(QUEUEING, name);
}

function readObject(flag: string, text: string): Record<string, unknown> {
  try {
    const parsed = parseExactJson(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
  } catch (error) {
    // Text that is no JSON is refused below, like JSON that is no object.
    if (error instanceof InexactNumberError) throw new UsageError(`${flagAt(flag, error)}: ${error.reason}.`);
  }
  throw new UsageError(`--${flag} must be a JSON object, such as --params '{"userId": 8}'.`);
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
  const names = [
    ...parameters.map((parameter) => parameter.name),
    ...Object.keys(OPTIONS),
    ...Object.keys(QUEUEING),
    'params',
  ];
  const near = nearest(name, names);
  if (!job) throw new UsageError(`There is no option --${name}${suggest(near && `--${near}`)} --help shows them all.`);
  throw new UsageError(`${job.name} has no parameter --${name}${suggest(near && `--${near}`)} --help shows them all.`);
}

function setParameter(
  flags: Record<string, unknown>,
  parameter: Parameter & { isNegated: boolean },
  value: string | undefined,
  rest: Arguments,
): void {
  const { name, types, isNegated } = parameter;
  if (isNegated && value !== undefined) throw new UsageError(`--no-${name} takes no value.`);
  const read = isNegated ? false : readFlag(parameter, value, rest);
  const before = Object.hasOwn(flags, name) ? flags[name] : undefined;
  if (before !== undefined && !types.includes('array')) throw new UsageError(`--${name} is given twice.`);
  flags[name] = Array.isArray(before) && Array.isArray(read) ? [...before, ...read] : read;
}

function readFlag(parameter: Parameter, value: string | undefined, rest: Arguments): unknown {
  if (value !== undefined) return readValue(parameter, value);
  if (!parameter.types.includes('boolean')) return readValue(parameter, rest.value(parameter.name));
  const follows = rest.peek();
  return follows === 'true' || follows === 'false' ? readValue(parameter, rest.value(parameter.name)) : true;
}

const suggest = (name: string | undefined) => (name ? `; did you mean ${name}?` : '.');
