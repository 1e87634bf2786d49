import { createClient } from '@job-manager/client/client';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { TestEngine } from '../testing/engine.js';
import { defineJob } from './job.js';
import { SYSTEM } from './system-actor.js';

const parameters = z.object({});
const jobs = [
  defineJob({ name: 'greet', description: 'Greets', parameters, run: async () => {} }),
  defineJob({
    name: 'fail-once',
    description: 'Fails at its first attempt',
    parameters,
    retry: { backoffMs: 0 },
    run: async ({ attempt }) => {
      if (attempt === 1) throw new RangeError('No answer of postgres://shop:hunter2@db/shop');
    },
  }),
  defineJob({
    name: 'nested',
    description: 'Has a span of its own, and queues a run',
    parameters,
    run: async () => {
      await trace.getTracer('job').startActiveSpan('work', async (span) => {
        await engine.enqueue('greet');
        span.end();
      });
    },
  }),
];

const exporter = new InMemorySpanExporter();
let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.create(jobs);
});
beforeEach(async () => {
  await engine.declare();
  exporter.reset();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
});
afterEach(async () => {
  trace.disable();
  context.disable();
  await engine.clear();
});
afterAll(() => engine.close());

const spans = (name: string): ReadableSpan[] => exporter.getFinishedSpans().filter((span) => span.name === name);
const only = (name: string): ReadableSpan => {
  const [span, ...others] = spans(name);
  if (!span || others.length > 0) throw new Error(`${1 + others.length} spans are named ${name}`);
  return span;
};
const idOf = (span: ReadableSpan) => span.spanContext().spanId;
const traceOf = (span: ReadableSpan) => span.spanContext().traceId;
const traceparentOf = async (runId: string) =>
  (
    await engine.database.pool.query<{ traceparent: string | null }>('SELECT traceparent FROM "JobRun" WHERE id = $1', [
      runId,
    ])
  ).rows[0]?.traceparent;

it('shows enqueueing and each attempt in one trace, named by the conventions', async () => {
  await engine.runner().start();
  const { id } = await engine.enqueue('fail-once', {}, { correlationId: 'order 12' });
  await engine.until(id, 'SUCCESS');
  const sent = only('enqueue fail-once');
  expect(sent.kind).toBe(SpanKind.PRODUCER);
  expect(sent.attributes).toEqual({
    'messaging.system': 'job_manager',
    'messaging.operation.name': 'enqueue',
    'messaging.operation.type': 'send',
    'messaging.destination.name': 'fail-once',
    'messaging.message.conversation_id': 'order 12',
    'messaging.message.id': id,
  });
  expect(await traceparentOf(id)).toBe(`00-${traceOf(sent)}-${idOf(sent)}-01`);
  const attempts = spans('process fail-once');
  expect(attempts.map((span) => [span.kind, traceOf(span), span.parentSpanContext?.spanId])).toEqual([
    [SpanKind.CONSUMER, traceOf(sent), idOf(sent)],
    [SpanKind.CONSUMER, traceOf(sent), idOf(sent)],
  ]);
  expect(attempts.map(({ links }) => links.map((link) => link.context.spanId))).toEqual([[idOf(sent)], [idOf(sent)]]);
  expect(attempts[1]?.attributes).toEqual({
    'messaging.system': 'job_manager',
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
    'messaging.destination.name': 'fail-once',
    'messaging.message.id': id,
    'messaging.message.conversation_id': 'order 12',
    'messaging.job_manager.channel': 'default',
    'messaging.job_manager.attempt': 2,
    'messaging.job_manager.claim_number': 2,
    'messaging.job_manager.outcome': 'success',
  });
});

it('shows why an attempt failed, without secrets', async () => {
  await engine.runner().start();
  await engine.until((await engine.enqueue('fail-once')).id, 'SUCCESS');
  const [failed] = spans('process fail-once');
  expect(failed?.status.code).toBe(SpanStatusCode.ERROR);
  expect(failed?.attributes).toMatchObject({ 'error.type': 'RangeError', 'messaging.job_manager.outcome': 'failed' });
  expect(failed?.events[0]?.attributes).toMatchObject({ 'exception.type': 'RangeError' });
  const shown = JSON.stringify([failed?.status, failed?.events]);
  expect(shown).toContain('No answer of');
  expect(shown).not.toContain('hunter2');
});

it('spans of the job are part of its attempt, and so is what it queues', async () => {
  await engine.runner().start();
  await engine.enqueue('nested');
  await expect.poll(() => spans('process greet')).toHaveLength(1);
  const chain = ['process nested', 'work', 'enqueue greet', 'process greet'].map(only);
  for (const [index, span] of chain.entries()) {
    expect(traceOf(span)).toBe(traceOf(only('enqueue nested')));
    if (index > 0) expect(span.parentSpanContext?.spanId).toBe(idOf(chain[index - 1] as ReadableSpan));
  }
});

it('is part of the trace of the request that queues it', async () => {
  const { id } = await trace.getTracer('shop').startActiveSpan('POST /orders', async (span) => {
    const run = await engine.enqueue('greet');
    span.end();
    return run;
  });
  expect(only('enqueue greet').parentSpanContext?.spanId).toBe(idOf(only('POST /orders')));
  expect(await traceparentOf(id)).toContain(traceOf(only('POST /orders')));
});

describe('the client package', () => {
  it('keeps the context of its span with the run', async () => {
    const client = createClient({ sql: engine.database.pool });
    const { jobRunId } = await client.enqueue({ jobName: 'greet', unique: { key: 'one' } });
    const sent = only('enqueue greet');
    expect(sent.attributes['messaging.message.id']).toBe(jobRunId);
    expect(await traceparentOf(jobRunId)).toBe(`00-${traceOf(sent)}-${idOf(sent)}-01`);
  });

  it('sends many in one span', async () => {
    const client = createClient({ sql: engine.database.pool });
    const runs = await client.enqueueMany([{ jobName: 'greet' }, { jobName: 'nested', after: [{ index: 0 }] }]);
    const sent = only('enqueue');
    expect(sent.attributes).toMatchObject({ 'messaging.batch.message_count': 2 });
    for (const { jobRunId } of runs) expect(await traceparentOf(jobRunId)).toContain(idOf(sent));
    await client.enqueueMany([{ jobName: 'greet' }, { jobName: 'greet' }]);
    expect(only('enqueue greet').attributes).toMatchObject({ 'messaging.batch.message_count': 2 });
  });

  it('records in the span why a run was refused', async () => {
    const client = createClient({ sql: engine.database.pool });
    await expect(client.enqueue({ jobName: 'none' })).rejects.toThrow('There is no job named "none"');
    expect(only('enqueue none').attributes).toMatchObject({ 'error.type': 'UNKNOWN_JOB' });
    expect(only('enqueue none').status.code).toBe(SpanStatusCode.ERROR);
  });
});

it('a batch and its callback belong to one span', async () => {
  const request = {
    name: 'all',
    runs: [{ jobName: 'greet' }],
    callback: { jobName: 'greet' },
    trigger: 'EVENT' as const,
  };
  const { batchId } = await engine.queue.enqueueBatch(request, SYSTEM);
  const { rows } = await engine.database.pool.query<{ traceparent: string }>(
    'SELECT DISTINCT traceparent FROM "JobRun" j WHERE "batchId" = $1 OR id = (SELECT "callbackRunId" FROM "JobRunBatch" WHERE id = $1)',
    [batchId],
  );
  expect(rows.map(({ traceparent }) => traceparent)).toEqual([
    `00-${traceOf(only('enqueue greet'))}-${idOf(only('enqueue greet'))}-01`,
  ]);
});

it('goes on in the process of an isolated run', async () => {
  const { jobs: traced } = await import('../testing/traced-jobs.js');
  const own = await TestEngine.create(traced);
  own.jobsModule = new URL('../testing/traced-jobs.ts', import.meta.url).href;
  await own.runner().start();
  const { id } = await own.enqueue('traced');
  const { metadata } = await own.until(id, 'SUCCESS', 'FAILED');
  const attempt = only('process traced');
  expect(metadata).toEqual({ traceId: traceOf(attempt), spanId: idOf(attempt) });
  await own.close();
});

it('keeps nothing where the application records no traces', async () => {
  trace.disable();
  await engine.runner().start();
  const { id } = await engine.enqueue('greet');
  await engine.until(id, 'SUCCESS');
  expect(await traceparentOf(id)).toBeNull();
  expect(exporter.getFinishedSpans()).toEqual([]);
});
