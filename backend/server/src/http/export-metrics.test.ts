import { defineJob } from '@job-manager/engine/queue/job';
import { TestEngine } from '@job-manager/engine/testing/engine';
import { metrics } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  type MetricData,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { startTestServer, type TestServer, type TestUser } from '../testing/http-test-kit.js';
import { send } from '../testing/request-test-kit.js';

const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
// An hour: nothing but the test collects.
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
let server: TestServer;
let admin: TestUser;
beforeAll(async () => {
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  server = await startTestServer();
  admin = await server.signIn('ADMIN');
});
afterAll(async () => {
  await reader.shutdown();
  metrics.disable();
  await server.stop();
});

async function collect(): Promise<Map<string, MetricData>> {
  exporter.reset();
  await reader.forceFlush();
  const collected = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  return new Map(collected.map((metric) => [metric.descriptor.name, metric]));
}
const valuesOf = (metric: MetricData | undefined) =>
  metric?.dataPoints.map(({ value, attributes }) => ({ value, ...attributes }));

it('exports what /metrics shows of the jobs, by the same names and labels', async () => {
  const headers = { authorization: `Bearer ${admin.token}` };
  const body = { jobName: 'echo' };
  const { json } = await send(server.url, { method: 'POST', path: '/api/admin/jobs/enqueue', headers, body });
  await send(server.url, { method: 'POST', path: `/api/admin/jobs/${json.jobRunId}/cancel`, headers });
  await server.database.pool.query(
    `INSERT INTO "QueueSample" VALUES (date_trunc('minute', now()), '', 5, 3, 1, 1, 2, 4000, 10), (date_trunc('minute', now()), 'mail', 5, 3, 1, 1, 2, 4000, NULL)`,
  );
  const exported = await collect();
  const { text } = await send(server.url, { path: '/metrics', headers });
  expect(valuesOf(exported.get('job_manager_runs_ended_total'))).toEqual([
    { job: 'echo', status: 'CANCELLED', value: 1 },
  ]);
  expect(valuesOf(exported.get('job_manager_channel_runs'))).toContainEqual({
    channel: 'mail',
    state: 'due',
    value: 3,
  });
  expect(valuesOf(exported.get('job_manager_database_up'))).toEqual([{ value: 1 }]);
  // Of all that has a value there; histograms are recorded by runners.
  const shown = [...text.matchAll(/^(job_manager_\w+?)(?:\{.*\})? /gm)].map(([, name = '']) => name);
  const plain = new Set(shown.filter((name) => !/_run_(duration|wait)_seconds/.test(name)));
  expect([...exported.keys()].sort()).toEqual([...plain].sort());
});

it('exports nothing of a server that has ended', async () => {
  const other = await startTestServer();
  await other.stop();
  expect(valuesOf((await collect()).get('job_manager_database_up'))).toEqual([{ value: 1 }]);
});

it('records how long runs waited and took, in the buckets of /metrics', async () => {
  const job = defineJob({ name: 'quick', description: 'Ends', parameters: z.object({}), run: async () => {} });
  const engine = await TestEngine.create([job]);
  await engine.runner().start();
  for (const { id } of [await engine.enqueue('quick'), await engine.enqueue('quick')])
    await engine.until(id, 'SUCCESS');
  const exported = await collect();
  for (const name of ['job_manager_run_duration_seconds', 'job_manager_run_wait_seconds']) {
    expect(exported.get(name)).toMatchObject({
      descriptor: { unit: 's' },
      dataPoints: [{ attributes: { job: 'quick' }, value: { count: 2, buckets: { boundaries: { length: 16 } } } }],
    });
  }
  await engine.close();
});
