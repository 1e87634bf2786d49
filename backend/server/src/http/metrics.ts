import { createHash, timingSafeEqual } from 'node:crypto';
import { isMetered } from '@job-manager/client/tracing';
import type { ChannelEnded } from '@job-manager/engine/store/channel-ended';
import { readChannelTotals } from '@job-manager/engine/store/metrics/channel-ended';
import { readEndedTotals } from '@job-manager/engine/store/metrics/counts';
import { type ChannelNow, readChannelsNow } from '@job-manager/engine/store/metrics/queue';
import { countRetries } from '@job-manager/engine/store/stats';
import { type SystemHealth, verdicts } from '@job-manager/shared/contract/health';
import type { JobStats } from '@job-manager/shared/contract/run';
import { type Request, Router } from 'express';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { readBearer } from '../auth/request.js';
import type { HttpDeps } from './context.js';
import { exportMetrics } from './export-metrics.js';
import { checkHost, type Gate } from './policy.js';
import { readPrometheusHistograms } from './prometheus-histograms.js';
import type { StatsCache } from './stats-cache.js';

/**
 * `/metrics` for Prometheus: the process and the jobs. Read by an operator, or with METRICS_TOKEN as bearer token. What
 * it shows of the jobs is exported through OpenTelemetry as well, where the application records metrics.
 */
export function createMetrics(
  { config, pool, log, health, refusals }: Pick<HttpDeps, 'config' | 'pool' | 'log' | 'health' | 'refusals'>,
  gate: Gate,
  stats: StatsCache,
): Router {
  const ofProcess = new Registry();
  collectDefaultMetrics({ register: ofProcess });
  // Sums of others, which `promtool check metrics` takes for counters by their names.
  for (const of of ['handles', 'requests', 'resources']) ofProcess.removeSingleMetric(`nodejs_active_${of}_total`);
  const ofJobs = new Registry();
  const gauges = createGauges(ofJobs);
  const showHealth = createHealthGauges(ofJobs);
  const refresh = async () => {
    await readShown(pool, stats)
      .then(gauges.show)
      .catch((error: unknown) => {
        // The process's own metrics must come through with the database down.
        gauges.hide();
        log.warn({ err: error }, 'The job metrics could not be read');
      });
    showHealth(await health.system());
  };
  if (isMetered()) exportMetrics(ofJobs, { refresh, isOver: () => pool.ended });
  const metrics = Router({ caseSensitive: true, strict: true });
  metrics.get('/metrics', async (req, res) => {
    if (!hasToken(req, config.METRICS_TOKEN)) {
      const reader = await gate(req, 'view');
      // A program with its token may use any host name that leads here.
      if (reader?.via !== 'bearer') await checkHost(req, { config, refusals });
    }
    const [histograms] = await Promise.all([readPrometheusHistograms(pool).catch(() => ''), refresh()]);
    const texts = [await ofProcess.metrics(), await ofJobs.metrics(), histograms].filter((text) => text !== '');
    res
      .set('Cache-Control', 'no-store')
      .type(ofProcess.contentType)
      .send(`${texts.join('\n')}\n`);
  });
  return metrics;
}

interface Shown {
  now: JobStats;
  retried: number;
  totals: { jobName: string; status: string; runs: number }[];
  channels: ChannelNow[];
  ended: ChannelEnded[];
}

async function readShown(pool: HttpDeps['pool'], stats: StatsCache): Promise<Shown> {
  const [now, retried, totals, channels, ended] = await Promise.all([
    stats.get(),
    countRetries(pool),
    readEndedTotals(pool),
    readChannelsNow(pool),
    readChannelTotals(pool),
  ]);
  return { now, retried, totals, channels, ended };
}

function createGauges(registry: Registry) {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const runs = gauge('job_manager_runs', 'Runs that have not ended, by status; queued ones are counted up to 10,001', [
    'status',
  ]);
  const stalled = gauge('job_manager_runs_stalled', 'Running runs whose runner has gone silent');
  const ended = gauge('job_manager_runs_ended_24h', 'Runs that ended in the last 24 hours, by status', ['status']);
  const total = new Counter({
    name: 'job_manager_runs_ended_total',
    help: 'Runs that ever ended, by job and status; those removed since included',
    labelNames: ['job', 'status'],
    registers: [registry],
  });
  const retries = gauge(
    'job_manager_attempts_retried_24h',
    'Attempts of the last 24 hours that failed and were not the last',
  );
  const showChannels = createChannelMetrics(registry);
  const isUp = gauge('job_manager_database_up', 'Whether the counts could be read from the database');
  return {
    show: ({ now, retried, totals, channels, ended: endedOf }: Shown) => {
      showChannels(channels, endedOf);
      total.reset();
      for (const { jobName, status, runs: ended } of totals) total.inc({ job: jobName, status }, ended);
      runs.set({ status: 'RUNNING' }, now.active);
      runs.set({ status: 'QUEUED' }, now.queued);
      stalled.set(now.stalled);
      ended.set({ status: 'SUCCESS' }, now.last24h.success);
      ended.set({ status: 'FAILED' }, now.last24h.failed);
      ended.set({ status: 'CANCELLED' }, now.last24h.cancelled);
      retries.set(retried);
      isUp.set(1);
    },
    hide: () => {
      for (const metric of [runs, stalled, ended, total]) metric.reset();
      showChannels([], []);
      retries.remove();
      isUp.set(0);
    },
  };
}

const CHANNEL_STATES = ['due', 'scheduled', 'blocked', 'running'] as const;
const ENDS = { SUCCESS: 'success', FAILED: 'failed', CANCELLED: 'cancelled' } as const;

/** Returns a function that shows the last sample of each channel, and what ended in it. */
function createChannelMetrics(registry: Registry): (channels: ChannelNow[], ended: ChannelEnded[]) => void {
  const runs = new Gauge({
    name: 'job_manager_channel_runs',
    help: 'Runs that have not ended, by channel and state, as of the last full minute',
    labelNames: ['channel', 'state'],
    registers: [registry],
  });
  const oldest = new Gauge({
    name: 'job_manager_channel_oldest_due_seconds',
    help: 'How long the oldest due run of a channel has waited, as of the last full minute',
    labelNames: ['channel'],
    registers: [registry],
  });
  const total = new Counter({
    name: 'job_manager_channel_runs_ended_total',
    help: 'Runs that ended while they were executed, by channel and status',
    labelNames: ['channel', 'status'],
    registers: [registry],
  });
  return (channels, ended) => {
    for (const metric of [runs, oldest, total]) metric.reset();
    for (const { channel, oldestMs, ...now } of channels) {
      for (const state of CHANNEL_STATES) runs.set({ channel, state }, now[state]);
      oldest.set({ channel }, oldestMs / 1_000);
    }
    for (const { channel, ...counts } of ended)
      for (const [status, column] of Object.entries(ENDS)) total.inc({ channel, status }, counts[column]);
  };
}

/** Returns a function that shows what was found. Where nothing could be found out, the verdict alone is shown. */
function createHealthGauges(registry: Registry): (found: SystemHealth) => void {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] });
  const verdict = gauge('job_manager_health', 'Whether all is well: 0 OK, 1 WARNING, 2 CRITICAL');
  const latency = gauge('job_manager_database_latency_seconds', 'Round trip of an empty query');
  const roundTrip = gauge('job_manager_notification_seconds', 'Round trip of a notification');
  const runners = gauge('job_manager_runners_alive', 'Runners that are registered and not lost');
  const due = gauge('job_manager_runs_due', 'Queued runs that wait for a runner, counted up to 10,001');
  const oldest = gauge('job_manager_backlog_age_seconds', 'How long the oldest of them has waited');
  const slow = gauge('job_manager_runs_slow', 'Running runs that take longer than expected');
  const external = gauge('job_manager_runs_external', 'Running runs of external programs');
  return (found) => {
    for (const metric of [latency, roundTrip, runners, due, oldest, slow, external]) metric.remove();
    verdict.set(verdicts.indexOf(found.verdict));
    const { latencyMs } = found.database;
    if (latencyMs === null) return;
    latency.set(latencyMs / 1_000);
    if (found.notifications.roundTripMs !== null) roundTrip.set(found.notifications.roundTripMs / 1_000);
    runners.set(found.runners.filter(({ status }) => status === 'ACTIVE' || status === 'DRAINING').length);
    due.set(found.backlog.due);
    oldest.set((found.backlog.oldestAgeMs ?? 0) / 1_000);
    slow.set(found.slow.length);
    external.set(found.external.running);
  };
}

function hasToken(req: Request, token: string | undefined): boolean {
  const given = readBearer(req);
  if (token === undefined || given === undefined) return false;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}
