import { defineJob } from '@job-manager/engine/queue/job';
import { createRegistry } from '@job-manager/engine/queue/registry';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { parseArguments } from './arguments.js';
import { UsageError } from './usage-error.js';

const sample = defineJob({
  name: 'sample-job',
  description: 'Has a parameter of each kind',
  examples: ['tsx scripts/runJobs.ts sample-job'],
  algorithmVersion: '1',
  parameters: z.strictObject({
    userId: z.number().int().optional(),
    ratio: z.number().default(0.5),
    dryRun: z.boolean().default(true),
    title: z.string().optional(),
    mode: z.enum(['fast', 'exact']).default('fast'),
    ids: z.array(z.number().int()).default([]),
    names: z.array(z.string()).default([]),
    limit: z.number().int().nullable().default(null),
    filter: z.object({ age: z.number() }).optional(),
  }),
  run: async () => {},
});
const jobs = createRegistry([sample]).definitions();
const parse = (...args: string[]) => parseArguments(args, jobs);
const parameters = (...args: string[]) => parse('sample-job', ...args).parameters;

it.each<[string[], Record<string, unknown>]>([
  [['--userId=8', '--ratio=0.25'], { userId: 8, ratio: 0.25 }],
  [['--userId', '8', '--ratio', '-1e3'], { userId: 8, ratio: -1000 }],
  [['--title=8'], { title: '8' }],
  [['--title=a=b, c'], { title: 'a=b, c' }],
  [['--title='], { title: '' }],
  [['--mode=exact'], { mode: 'exact' }],
  [['--dryRun'], { dryRun: true }],
  [['--dryRun=false'], { dryRun: false }],
  [['--dryRun', 'false', '--userId=1'], { dryRun: false, userId: 1 }],
  [['--dryRun', '--userId=1'], { dryRun: true, userId: 1 }],
  [['--no-dryRun'], { dryRun: false }],
  [['--ids=1,2', '--ids', '3'], { ids: [1, 2, 3] }],
  [['--ids=[4, 5]'], { ids: [4, 5] }],
  [['--ids='], { ids: [] }],
  [['--names=a b, c'], { names: ['a b', 'c'] }],
  [['--limit=null'], { limit: null }],
  [['--limit=7'], { limit: 7 }],
  [['--filter={"age": 30}'], { filter: { age: 30 } }],
  [['--params', '{"userId": 8}'], { userId: 8 }],
  [['--userId=9', '--params={"userId": 8, "ratio": 1}'], { userId: 9, ratio: 1 }],
])('reads %j by the schema', (args, expected) => {
  expect(parameters(...args)).toEqual(expected);
});

it('distinguishes its own options from parameters, wherever they stand', () => {
  expect(parse('--json', 'sample-job', '--enqueue', '--userId=8', '--wait')).toMatchObject({
    job: { name: 'sample-job' },
    parameters: { userId: 8 },
    json: true,
    enqueue: true,
    wait: true,
    help: false,
  });
});

it('takes a job whose name is that of an option', () => {
  const named = createRegistry([{ ...sample, name: 'wait' }]).definitions();
  expect(parseArguments(['wait', '--enqueue'], named)).toMatchObject({ job: { name: 'wait' }, wait: false });
  expect(parseArguments(['--enqueue', '--wait', 'wait'], named)).toMatchObject({ job: { name: 'wait' }, wait: true });
});

it('reads with --enqueue the options of queueing, as the API takes them', () => {
  const args = [
    '--channel=mail',
    '--priority',
    '-5',
    '--delay=30d',
    '--attempts=7',
    '--after=#12,13',
    '--unique-key=daily',
  ];
  expect(parse('sample-job', '--enqueue', ...args).queueing).toEqual({
    channel: 'mail',
    priority: -5,
    delayMs: 2_592_000_000,
    maxAttempts: 7,
    after: ['12', '13'],
    unique: { key: 'daily', scope: 'running', onConflict: 'existing' },
  });
  expect(parse('sample-job', '--enqueue', '--queueing={"timeoutMs":5}').queueing).toEqual({ timeoutMs: 5 });
});

it('needs no job to list them or to explain itself', () => {
  expect(parse('--list')).toMatchObject({ job: undefined, list: true });
  expect(parse('-h')).toMatchObject({ job: undefined, help: true });
});

it.each<[string[], RegExp]>([
  [['sample-jbo'], /no job "sample-jbo"; did you mean sample-job\?/],
  [['zzz'], /no job "zzz"\. --list/],
  [['sample-job', '--userid=8'], /no parameter --userid; did you mean --userId\?/],
  [['sample-job', '--enque'], /did you mean --enqueue\?/],
  [['sample-job', '--zzzzzz=1'], /no parameter --zzzzzz\. --help/],
  [['sample-job', '--__proto__=1'], /no parameter --__proto__/],
  [['sample-job', '--constructor=1'], /no parameter --constructor/],
  [['sample-job', '--userId=abc'], /--userId must be a whole number, not "abc"/],
  [['sample-job', '--userId='], /--userId must be a whole number, not ""/],
  [['sample-job', '--ratio=Infinity'], /--ratio must be a number/],
  [['sample-job', '--userId'], /--userId needs a value/],
  [['sample-job', '--userId', '--dryRun'], /--userId needs a value/],
  [['sample-job', '--dryRun=yes'], /--dryRun must be true or false, not "yes"/],
  [['sample-job', '--no-dryRun=true'], /--no-dryRun takes no value/],
  [['sample-job', '--no-title'], /no parameter --no-title/],
  [['sample-job', '--ids=1,x'], /--ids must be a whole number, not "x"/],
  [['sample-job', '--ids=[1'], /--ids starts like a JSON array/],
  [['sample-job', '--filter=[1]'], /--filter must be a JSON object/],
  [['sample-job', '--userId=1', '--userId=2'], /--userId is given twice/],
  [['sample-job', '--params', '[1]'], /--params must be a JSON object/],
  [['sample-job', '--params={'], /--params must be a JSON object/],
  [['sample-job', '--priority=1'], /Options of queueing need --enqueue/],
  [['sample-job', '--enqueue', '--priority=high'], /--priority must be a whole number/],
  [['sample-job', '--enqueue', '--delay=soon'], /Write --delay as/],
  [['sample-job', '--enqueue', '--delay=-5s'], /Write --delay as/],
  [['sample-job', '--enqueue', '--delay', '9999d'], /^--delay=9999d is too long: at most 3660d/],
  [['sample-job', '--enqueue', '--priority=500'], /^--priority=500: /],
  [['sample-job', '--enqueue', '--attempts=0'], /^--attempts=0: must be at least 1\.$/],
  [['sample-job', '--enqueue', '--priority=101'], /^--priority=101: must be at most 100\.$/],
  [['sample-job', '--enqueue', '--queueing=5'], /--queueing must be a JSON object/],
  [['sample-job', '--json=1'], /--json takes no value/],
  [['sample-job', 'other'], /Unknown argument "other"/],
  [['sample-job', '--userId=9007199254740993'], /^--userId: too large to be kept exactly; send it as text\.$/],
  [['sample-job', '--ratio=1e400'], /^--ratio: too large to be kept exactly/],
  [['sample-job', '--ratio=0x20000000000001'], /--ratio must be a number/],
  [['sample-job', '--ids=1,9007199254740993'], /^--ids: too large/],
  [['sample-job', '--ids=[1,9007199254740993]'], /^--ids\.1: too large/],
  [['sample-job', '--filter={"age":1e400}'], /^--filter\.age: too large/],
  [['sample-job', '--params={"filter":{"age":9007199254740993}}'], /^--params\.filter\.age: too large/],
  [['sample-job', '--enqueue', '--queueing={"delayMs":9007199254740993}'], /^--queueing\.delayMs: too large/],
  [['--lsit'], /no option --lsit; did you mean --list\?/],
])('refuses %j in one line', (args, message) => {
  expect(() => parse(...args)).toThrow(UsageError);
  expect(() => parse(...args)).toThrow(message);
});
