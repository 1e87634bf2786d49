import type { RunnerDetails } from '@job-manager/shared/contract/runners';

const fields = ['id', 'name', 'kind', 'status', 'canRestart', 'supervisor', 'concurrency'] as const;

/** What commands need of a runner: nothing of it changes with a heartbeat. */
export type RunnerSubject = Pick<RunnerDetails, (typeof fields)[number]>;

export const isSameSubject = (one: RunnerSubject, other: RunnerSubject): boolean =>
  fields.every((field) => one[field] === other[field]);
