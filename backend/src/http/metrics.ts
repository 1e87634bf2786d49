import { createHash, timingSafeEqual } from 'node:crypto';
import type { JobStats } from '@job-manager/shared/contract/run';
import { type Request, Router } from 'express';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { readBearer } from '../auth/request.js';
import type { HttpDeps } from './context.js';
import type { Gate } from './policy.js';
import type { StatsCache } from './stats-cache.js';

/** `/metrics` for Prometheus: the process and the jobs. Read by an operator, or with METRICS_TOKEN as bearer token. */
export function createMetrics(
  { config, log }: Pick<HttpDeps, 'config' | 'log'>,
  gate: Gate,
  stats: StatsCache,
): Router {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauges = createGauges(registry);
  const metrics = Router({ caseSensitive: true, strict: true });
  metrics.get('/metrics', async (req, res) => {
    if (!hasToken(req, config.METRICS_TOKEN)) await gate(req, 'view');
    await stats.get().then(gauges.show, (error: unknown) => {
      // The process's own metrics must come through with the database down.
      gauges.hide();
      log.warn({ err: error }, 'The job metrics could not be read');
    });
    res
      .set('Cache-Control', 'no-store')
      .type(registry.contentType)
      .send(await registry.metrics());
  });
  return metrics;
}

function createGauges(registry: Registry) {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const runs = gauge('job_manager_runs', 'Runs that have not ended, by status', ['status']);
  const stalled = gauge('job_manager_runs_stalled', 'Running runs whose runner has gone silent');
  const ended = gauge('job_manager_runs_ended_24h', 'Runs that ended in the last 24 hours, by status', ['status']);
  const isUp = gauge('job_manager_database_up', 'Whether the counts could be read from the database');
  return {
    show: (now: JobStats) => {
      runs.set({ status: 'RUNNING' }, now.active);
      runs.set({ status: 'QUEUED' }, now.queued);
      stalled.set(now.stalled);
      ended.set({ status: 'SUCCESS' }, now.last24h.success);
      ended.set({ status: 'FAILED' }, now.last24h.failed);
      ended.set({ status: 'CANCELLED' }, now.last24h.cancelled);
      isUp.set(1);
    },
    hide: () => {
      for (const metric of [runs, stalled, ended]) metric.reset();
      isUp.set(0);
    },
  };
}

function hasToken(req: Request, token: string | undefined): boolean {
  const given = readBearer(req);
  if (token === undefined || given === undefined) return false;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}
