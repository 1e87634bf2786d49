import './check-node.js';

export { type CallOptions, type ClientOptions, createClient, type JobClient } from './client.js';
export type { Enqueued } from './enqueue.js';
export { type ParameterIssue, QueueError, type QueueErrorCode } from './errors.js';
export type { AnyJobs, JobParameters, RequestFor } from './job-types.js';
export { prismaSql } from './prisma.js';
export type { RunOfCall, RunRequest, UniqueKey } from './request.js';
export type { Sql } from './sql.js';
