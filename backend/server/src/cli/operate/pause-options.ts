import type { PauseState } from '@job-manager/shared/contract/pause';
import type { Command } from 'commander';
import { Refusal } from '../refusal.js';
import { formatTime } from './tables.js';
import { readDuration, readTime } from './values.js';

export interface PauseOptions {
  reason?: string;
  until?: Date;
  for?: number;
}

/** Adds the options of a pause to a command. */
export const withPauseOptions = (command: Command): Command =>
  command
    .option('--reason <text>')
    .option('--until <time>', 'goes on by itself then', readTime)
    .option('--for <duration>', 'goes on by itself after so long, such as 30m', readDuration);

/** A pause as the options describe it. Throws Refusal where two options set its end. */
export function pauseOf(options: PauseOptions): { reason: string | null; resumeAt: Date | null } {
  if (options.until !== undefined && options.for !== undefined) throw new Refusal('Either --until or --for, not both.');
  const resumeAt = options.for === undefined ? (options.until ?? null) : new Date(Date.now() + options.for);
  return { reason: options.reason ?? null, resumeAt };
}

/** A pause for a table; nothing for none. */
export function describePause(paused: PauseState | null): string {
  if (paused === null) return '';
  const { at, by, reason, resumeAt } = paused;
  const parts = [`paused ${formatTime(at)}`, by && `by ${by}`, reason, resumeAt && `until ${formatTime(resumeAt)}`];
  return parts.filter(Boolean).join(', ');
}
