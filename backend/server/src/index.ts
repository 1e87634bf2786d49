// What other programs may use of Job Manager; everything else may change from one version to the next.

// Jobs, workers and the engine alone, for programs without HTTP.

export * from '@job-manager/engine';

// A part of another application: panel, API, socket and engine under a path of its own, with its own users.

export type { HostUser, Identify } from './auth/host-users.js';
export { type Middleware, withMiddleware } from './auth/with-middleware.js';
export { createJobManager, type JobManager, type JobManagerOptions } from './job-manager.js';
