import { createRegistry } from '@job-manager/engine/queue/registry';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { jobs } from './registry.js';

/** Reads `--batchSize=100` as the command line does: as numbers and booleans where the text is one. */
function parametersOf(commandLine: string): Record<string, unknown> {
  const flags = [...commandLine.matchAll(/--(\w+)=(\S+)/g)];
  return Object.fromEntries(flags.map(([, name, value = '']) => [name, z.json().parse(literal(value))]));
}

function literal(value: string): unknown {
  return /^(?:true|false|-?\d+(?:\.\d+)?)$/.test(value) ? JSON.parse(value) : value;
}

describe('the jobs', () => {
  it('are the sixteen, and pass the checks at start', () => {
    expect(createRegistry(jobs).names()).toEqual([
      'match-scores',
      'compatibility',
      'content-features',
      'trending',
      'affinity',
      'feed-presort',
      'feed-presort-cleanup',
      'stats-reconcile',
      'media-orphan-cleanup',
      'media-metadata',
      'media-metadata-batch',
      'build-user-traits',
      'profile-search-index',
      'user-interest-sets',
      'quiz-answer-stats',
      'searchable-user',
    ]);
  });

  describe.each(jobs.map((job) => [job.name, job] as const))('%s', (name, job) => {
    it('describes each parameter', () => {
      const undescribed = Object.entries(job.parameters.shape).filter(([, schema]) => !describedIn(schema));
      expect(undescribed.map(([parameter]) => parameter)).toEqual([]);
    });

    it('does with no parameters what it does with its defaults', () => {
      const withNone = job.parameters.safeParse({});
      if (withNone.success) expect(withNone.data).toEqual(job.parameters.parse(job.defaultParams));
    });

    it('refuses a parameter that it does not have', () => {
      expect(job.parameters.safeParse({ ...job.defaultParams, noSuchParameter: 1 }).success).toBe(false);
    });

    it.each(job.examples ?? [])('takes the example "%s"', (example) => {
      expect(example.split(' ').slice(0, 3)).toEqual(['tsx', 'scripts/runJobs.ts', name]);
      expect(job.parameters.safeParse(parametersOf(example)).error).toBeUndefined();
    });
  });
});

const describedIn = (schema: z.core.$ZodType): boolean =>
  (z.globalRegistry.get(schema)?.description ?? '').trim().length > 0;
