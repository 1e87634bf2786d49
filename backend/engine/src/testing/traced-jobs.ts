import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import * as z from 'zod';
import { defineJob } from '../queue/job.js';

// Isolated jobs of an application that records traces in every process. Where that is done already, this changes nothing.
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
trace.setGlobalTracerProvider(new BasicTracerProvider());

export const jobs = [
  defineJob({
    name: 'traced',
    description: 'Returns the span it runs in',
    parameters: z.object({}),
    isolated: true,
    run: async () => {
      await Promise.resolve();
      const { traceId, spanId } = trace.getActiveSpan()?.spanContext() ?? {};
      return { traceId, spanId };
    },
  }),
];
