import { checkInput, describeIssues } from '@job-manager/shared/check-input';
import { InexactNumberError, parseExactJson } from '@job-manager/shared/exact-json';
import { InvalidArgumentError } from 'commander';
import type * as z from 'zod';
import { Refusal } from '../refusal.js';

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of a duration such as `90s`, `10m`, `1.5h`, `7d`. Throws InvalidArgumentError. */
export function readDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  if (!match) throw new InvalidArgumentError('Write it as 90s, 10m, 2h or 7d.');
  return Math.round(Number(match[1]) * UNITS[match[2] as keyof typeof UNITS]);
}

/** A time such as `2026-12-24T18:00:00Z`, or without a zone in that of this machine. Throws InvalidArgumentError. */
export function readTime(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new InvalidArgumentError('Write it as 2026-12-24T18:00:00+01:00.');
  return time;
}

/** A JSON object. Throws InvalidArgumentError. */
export function readObject(text: string): Record<string, unknown> {
  try {
    const parsed = parseExactJson(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
  } catch (error) {
    // Text that is no JSON is refused below, like JSON that is no object.
    if (error instanceof InexactNumberError) throw new InvalidArgumentError(`${error.message}.`);
  }
  throw new InvalidArgumentError(`Write it as '{"userId": 8}'.`);
}

/** The number of a run or a batch, with or without the `#` that people copy along. Throws Refusal. */
export function checkId(text: string): string {
  const id = text.replace(/^#/, '');
  if (/^[1-9]\d{0,17}$/.test(id)) return id;
  throw new Refusal(`${JSON.stringify(text)} is no number of a run or a batch.`);
}

/** Parses a value with a schema of the API. Throws Refusal, which names every problem. */
export function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = checkInput(schema, value, 'field of it');
  if (result.success) return result.data;
  throw new Refusal(describeIssues(result.issues));
}
