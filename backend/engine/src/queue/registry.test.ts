import { defaultRetry } from '@job-manager/shared/retry';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import * as z3 from 'zod/v3';
import { untouchedJob } from '../store/job-settings.js';
import { type AnyJob, defineJob } from './job.js';
import { createRegistry } from './registry.js';

const sound = {
  name: 'sound-job',
  description: 'Does nothing wrong',
  examples: ['tsx scripts/runJobs.ts sound-job'],
  algorithmVersion: '1',
  parameters: z.strictObject({ size: z.number().int().min(1).default(10) }),
  defaultParams: { size: 5 },
  run: async () => {},
};
const cyclic: Record<string, unknown> = {};
cyclic.self = cyclic;

describe('the registry refuses to start with', () => {
  it.each<[string, object, string]>([
    ['no description', { description: ' ' }, 'Job "sound-job": description is required'],
    ['an empty example', { examples: ['  '] }, 'Job "sound-job": an example is empty'],
    ['an empty version', { algorithmVersion: '' }, 'Job "sound-job": algorithmVersion is empty'],
    [
      'defaults that contain themselves',
      { defaultParams: cyclic },
      'Job "sound-job": defaultParams must be JSON-serializable',
    ],
    [
      'defaults that are not JSON',
      { defaultParams: { size: new Date() } },
      'Job "sound-job": defaultParams must be JSON',
    ],
    [
      'a preset its own schema refuses',
      { presets: { none: { size: 0 } } },
      'Job "sound-job": presets.none do not pass its own schema',
    ],
    [
      'defaults its own schema refuses',
      { defaultParams: { size: 0 } },
      'Job "sound-job": defaultParams do not pass its own schema',
    ],
    [
      'a name no URL wants',
      { name: 'Sound Job' },
      'Job "Sound Job": the name must begin with a letter; letters, digits',
    ],
    ['a name that leaves its folder', { name: '..' }, 'Job "..": the name must begin with a letter'],
    ['a name that is too long', { name: 'a'.repeat(101) }, 'at most 100 in all'],
    ['parameters that are no object', { parameters: z.string() }, 'Job "sound-job": parameters must be a zod object'],
    [
      'a schema of zod 3',
      { parameters: z3.object({}) },
      'Job "sound-job": parameters is a schema of zod 3, and must be',
    ],
    ['no attempt', { maxAttempts: 0 }, 'Job "sound-job": maxAttempts must be whole, from 1 to 1000'],
    ['half an attempt', { maxAttempts: 1.5 }, 'Job "sound-job": maxAttempts must be whole'],
    ['attempts without end', { maxAttempts: 10_000 }, 'Job "sound-job": maxAttempts must be whole'],
    ['not a single crash', { maxCrashes: 0 }, 'Job "sound-job": maxCrashes must be whole, from 1 to 1000'],
    ['a backoff before now', { retry: { backoffMs: -1 } }, 'Job "sound-job": retry.backoffMs: must be at least 0'],
    ['a backoff that shrinks', { retry: { factor: 0.5 } }, 'Job "sound-job": retry.factor: must be at least 1'],
    [
      'a backoff longer than ten years',
      { retry: { maxBackoffMs: 4e11 } },
      'Job "sound-job": retry.maxBackoffMs: must be at most 316224000000',
    ],
    ['an unknown field of retry', { retry: { delayMs: 5 } }, 'Job "sound-job": retry.delayMs: is no field of retry'],
    ['a channel no URL wants', { channel: 'Fast Lane' }, 'channel must be lower case letters, digits and hyphens'],
    ['a priority beyond all others', { priority: 101 }, 'Job "sound-job": priority must be whole, from -100 to 100'],
    ['no time', { timeoutMs: 0 }, 'Job "sound-job": timeoutMs must be whole and at most 316224000000'],
    ['too little memory', { isolated: true, memoryLimitMb: 64 }, 'memoryLimitMb must be whole and at least 256'],
    ['half a megabyte', { isolated: true, memoryLimitMb: 512.5 }, 'memoryLimitMb must be whole'],
    [
      'a memory limit in the process of its runner',
      { memoryLimitMb: 512 },
      'Job "sound-job": memoryLimitMb needs isolated',
    ],
    ['more time than ten years', { timeoutMs: 4e11 }, 'Job "sound-job": timeoutMs must be whole'],
  ])('%s', (_what, change, message) => {
    expect(() => createRegistry([{ ...sound, ...change } as AnyJob])).toThrow(message);
  });

  it('two jobs of one name', () => {
    expect(() => createRegistry([defineJob(sound), defineJob(sound)])).toThrow('Job "sound-job": the name is taken');
  });
});

it('describes what a screen needs of each job, its parameters as JSON Schema', () => {
  expect(createRegistry([defineJob(sound)]).definitions()).toEqual([
    {
      id: 'sound-job',
      name: 'sound-job',
      description: 'Does nothing wrong',
      examples: ['tsx scripts/runJobs.ts sound-job'],
      defaultParams: { size: 5 },
      algorithmVersion: '1',
      parametersSchema: expect.objectContaining({ type: 'object', properties: { size: expect.any(Object) } }),
      slowAfterMs: 1_800_000,
      timeoutMs: 3_600_000,
      maxAttempts: 3,
      maxCrashes: 3,
      retry: { backoffMs: 10_000, factor: 2, maxBackoffMs: 3_600_000 },
      channel: 'default',
      priority: 0,
      isolated: false,
      memoryLimitMb: null,
      code: expect.objectContaining({ channel: 'default', maxAttempts: 3, timeoutMs: 3_600_000 }),
      presets: [],
    },
  ]);
});

it('shows the jobs of other processes after its own, as operators have set them', () => {
  const registry = createRegistry([defineJob(sound)]);
  const other = defineJob({ ...sound, name: 'other', channel: 'mail', timeoutMs: 60_000 });
  const declared = createRegistry([other, defineJob({ ...sound, description: 'of another version' })]).definitions();
  registry.setOverrides([{ ...untouchedJob('other'), priority: 4, timeoutMs: 0 }]);
  registry.setDeclared(declared);
  expect(registry.definitions()).toMatchObject([
    { name: 'sound-job', description: 'Does nothing wrong' },
    {
      name: 'other',
      channel: 'mail',
      priority: 4,
      timeoutMs: null,
      slowAfterMs: 1_800_000,
      code: { timeoutMs: 60_000 },
    },
  ]);
  expect([registry.names(), registry.get('other')]).toEqual([['sound-job'], undefined]);
  expect(() => registry.check('other', {})).toThrow('There is no job named "other".');
  registry.setDeclared([]);
  expect(registry.definitions()).toHaveLength(1);
});

it('accepts a job without examples and without a version, which is its first', () => {
  const { examples, algorithmVersion, ...bare } = sound;
  const registry = createRegistry([defineJob(bare)]);
  expect(registry.definitions()).toMatchObject([{ examples: [], algorithmVersion: '1' }]);
  const { version } = createRegistry([defineJob(sound)]).version('sound-job') ?? {};
  expect(registry.version('sound-job')).toMatchObject({ version });
});

it('describes jobs as operators have set them, beside the declarations of their code', () => {
  const registry = createRegistry([
    defineJob({ ...sound, retry: { backoffMs: 5_000 }, presets: { small: { size: 1 } } }),
  ]);
  const set = { ...untouchedJob('sound-job'), priority: 4, timeoutMs: 0, retry: { ...defaultRetry, backoffMs: 1 } };
  registry.setOverrides([{ ...set, pausedAt: new Date() }]);
  expect(registry.definitions()).toMatchObject([
    {
      priority: 4,
      timeoutMs: null,
      retry: { backoffMs: 1 },
      code: { priority: 0, timeoutMs: 3_600_000, retry: { backoffMs: 5_000 } },
    },
  ]);
  expect(registry.definitions()[0]?.presets).toEqual([{ name: 'small', parameters: { size: 1 } }]);
  expect(registry.retry('sound-job')).toMatchObject({ backoffMs: 1 });
  expect([registry.names(), registry.claimable()]).toEqual([['sound-job'], []]);
  registry.setOverrides([]);
  expect(registry.settings('sound-job')).toMatchObject({ priority: 0, timeoutMs: 3_600_000 });
  expect(registry.claimable()).toEqual(['sound-job']);
});

it('refuses parameters that are too large or nested too deep', () => {
  const open = defineJob({ ...sound, defaultParams: undefined, parameters: z.looseObject({}) });
  const registry = createRegistry([open]);
  const deep = JSON.parse(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`);
  expect(() => registry.check('sound-job', deep)).toThrow(/nested deeper than 32/);
  expect(() => registry.check('sound-job', { text: 'x'.repeat(40_000) })).toThrow(/more than 32 kB/);
  expect(() => registry.check('sound-job', { text: 'a\u0000b' })).toThrow(/cannot be stored/);
  expect(() => registry.check('sound-job', { text: '\ud800' })).toThrow(/cannot be stored/);
  expect(registry.check('sound-job', { text: 'a \\u0000 in words, 😀' })).toBeUndefined();
});
