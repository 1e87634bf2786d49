import { randomUUID } from 'node:crypto';
import { jobScope, perJobScope } from '@job-manager/engine/database/job-scope';
import { compileTrust } from '@job-manager/engine/proxy-trust';
import { readStats } from '@job-manager/engine/store/stats';
import { isJobWithin } from '@job-manager/shared/job-patterns';
import compression from 'compression';
import express, { type ErrorRequestHandler, type Request, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { Refusals } from '../auth/refusals.js';
import type { RequestTimes } from '../health/request-times.js';
import { createApi } from './api.js';
import { type HostPlace, type HttpDeps, originOf } from './context.js';
import { createHealth } from './health.js';
import { createMetrics } from './metrics.js';
import { createPanel } from './panel.js';
import { checkHost, createGate, pathOf } from './policy.js';
import { HttpProblem, sendProblem } from './problem.js';
import { problemOf } from './problem-of.js';
import { securityHeaders } from './security-headers.js';
import { createStatsCache, type StatsCache } from './stats-cache.js';

export type { HttpDeps } from './context.js';

/** What fits into a few packets is there sooner as it is. */
const COMPRESSED_FROM_BYTES = 4 * 1024;

/** The whole HTTP application: API, health, metrics and panel. Throws when a route does not define who may call it. */
export function createHttpApp(given: HttpDeps): express.Express {
  const deps = { ...given, registry: withinScope(given.registry) };
  const { config, queuePool, log, panelDir, host, forwarded, requests } = deps;
  const gate = createGate(deps);
  const statsOf = perJobScope(() =>
    createStatsCache(
      () => readStats(queuePool, config.JOBS_STALLED_AFTER_MS),
      () => performance.now(),
    ),
  );
  const stats: StatsCache = { get: () => statsOf().get(), refresh: () => statsOf().refresh() };
  const app = express();
  app.locals.place = host;
  app.disable('x-powered-by').disable('etag').enable('case sensitive routing').enable('strict routing');
  // Unset, an application's own setting holds for what it mounts.
  if (host === undefined || config.TRUST_PROXY !== 0) app.set('trust proxy', compileTrust(config.TRUST_PROXY));
  app.use(nameRequest(log));
  app.use((req, _res, next) => {
    forwarded.observe(req, config);
    next();
  });
  app.use(securityHeaders(config));
  if (host !== undefined) app.use(checkPlace(host));
  app.use(compression({ threshold: COMPRESSED_FROM_BYTES }));
  app.use(createHealth(deps));
  app.use(createMetrics(deps, gate, stats));
  // After health and metrics, which are called by internal host names: a service of Kubernetes, a load balancer.
  app.use(async (req, _res, next) => {
    await checkHost(req, deps);
    next();
  });
  if (requests) app.use('/api', timeRequest(requests));
  app.use('/api', createApi(deps, gate, stats));
  if (panelDir !== undefined) app.use(createPanel(panelDir, host));
  app.use(() => {
    throw new HttpProblem('NOT_FOUND', 'There is nothing at this address.');
  });
  app.use(answerErrors(deps));
  return app;
}

/** Jobs with code, as far as the caller may see them. */
const withinScope = (registry: HttpDeps['registry']): HttpDeps['registry'] => ({
  definitions: () => registry.definitions().filter(({ name }) => isJobWithin(jobScope(), name)),
  names: () => registry.names().filter((name) => isJobWithin(jobScope(), name)),
});

/** Gives each request the id it brought, or a new one, and logs how it ended. */
function nameRequest(log: Logger): RequestHandler {
  return (req, res, next) => {
    const brought = req.get('x-request-id');
    const requestId = brought !== undefined && /^[\w.:-]{1,100}$/.test(brought) ? brought : randomUUID();
    const startedAt = performance.now();
    res.setHeader('X-Request-Id', requestId);
    res.once('finish', () => {
      const ms = Math.round(performance.now() - startedAt);
      log.debug({ requestId, method: req.method, path: pathOf(req), status: res.statusCode, ms }, 'request');
    });
    next();
  };
}

function timeRequest(requests: RequestTimes): RequestHandler {
  return (_req, res, next) => {
    const startedAt = performance.now();
    res.once('finish', () => requests.add(performance.now() - startedAt, res.statusCode));
    next();
  };
}

/** In another application: refuses until it has been started, and where it is mounted elsewhere than at its path. */
function checkPlace({ mount, isOpen }: HostPlace): RequestHandler {
  return (req, _res, next) => {
    if (req.baseUrl.toLowerCase() !== mount.toLowerCase()) {
      throw new Error(`Job Manager is mounted at "${req.baseUrl || '/'}" and its path is "${mount || '/'}"`);
    }
    if (!isOpen()) {
      throw new HttpProblem('UNAVAILABLE', 'Job Manager is not running just now.', { headers: { 'Retry-After': '2' } });
    }
    next();
  };
}

/** One entry when a limit of guesses begins; the guesses beyond it, however many, leave none. */
async function recordLimit(req: Request, { extras }: HttpProblem, refusals: Refusals): Promise<void> {
  const path = pathOf(req);
  const email = typeof req.body?.email === 'string' ? req.body.email : null;
  const limitMs = Number(extras.headers?.['Retry-After'] ?? 60) * 1_000;
  const entry = {
    actorId: null,
    actorEmail: email,
    ...originOf(req),
    action: 'access.denied' as const,
    target: `${req.method} ${path}`,
    details: { reason: 'too many attempts', limitMs },
  };
  await refusals.recordOnce(`limit of ${path} for ${email}`, entry.ip, () => entry, limitMs);
}

function answerErrors({ log, refusals }: Pick<HttpDeps, 'log' | 'refusals'>): ErrorRequestHandler {
  return async (error: unknown, req, res, _next) => {
    const problem = problemOf(error);
    if (problem.code === 'TOO_MANY_ATTEMPTS') await recordLimit(req, problem, refusals);
    // Our own reasons are reported already, such as that it is still starting.
    if (problem.status >= 500 && error !== problem) {
      const requestId = res.getHeader('x-request-id');
      log.error({ requestId, method: req.method, path: pathOf(req), err: error }, problem.detail);
    }
    // Half an answer can only be cut off. Not by `next`: nothing of ours is for the handlers of an application around
    // us.
    if (res.headersSent) req.socket.destroy();
    else sendProblem(res, problem);
  };
}
