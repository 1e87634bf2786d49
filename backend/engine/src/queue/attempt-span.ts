import { type Api, MESSAGING, openTelemetry, SCOPE, spanContextOf, traceparentOf } from '@job-manager/client/tracing';
import type { Span } from '@opentelemetry/api';
import type { ExecutionResult, RunExecution } from './run-execution.js';
import type { ClaimedRun } from './transitions/claim.js';

/**
 * Begins an execution within a span of its own, which ends with it; to be called where the application records traces. Its
 * parent is the context that the run was queued in, and it is linked to that: the conventions allow it for a message that is
 * processed alone, and the trace then shows a request with all that came of it.
 */
export function beginInSpan(execution: RunExecution, onEnd: (result: ExecutionResult) => void): void {
  const api = openTelemetry();
  if (api) beginWith(api, execution, onEnd);
  else execution.begin(onEnd);
}

function beginWith(api: Api, execution: RunExecution, onEnd: (result: ExecutionResult) => void): void {
  const { run } = execution;
  const origin = spanContextOf(run.traceparent);
  const parent = origin ? api.trace.setSpanContext(api.ROOT_CONTEXT, origin) : api.ROOT_CONTEXT;
  const options = {
    kind: api.SpanKind.CONSUMER,
    links: origin ? [{ context: origin }] : [],
    attributes: attributesOf(run),
  };
  const span = api.trace.getTracer(SCOPE).startSpan(`process ${run.jobName}`, options, parent);
  const end = (result: ExecutionResult) => {
    noteResult(api, span, result);
    span.end();
    // Later work of the runner serves several runs at once, so it is not part of the span.
    api.context.with(api.ROOT_CONTEXT, () => onEnd(result));
  };
  api.context.with(api.trace.setSpan(parent, span), () => execution.begin(end));
}

const attributesOf = (run: ClaimedRun) => ({
  ...MESSAGING,
  'messaging.operation.name': 'process',
  'messaging.operation.type': 'process',
  'messaging.destination.name': run.jobName,
  'messaging.message.id': run.id,
  'messaging.message.conversation_id': run.correlationId ?? undefined,
  'messaging.job_manager.channel': run.channel,
  'messaging.job_manager.attempt': run.attempt,
  'messaging.job_manager.claim_number': run.claimNo,
});

function noteResult(api: Api, span: Span, result: ExecutionResult): void {
  span.setAttribute('messaging.job_manager.outcome', result.status.toLowerCase());
  if (result.status !== 'FAILED') return;
  // What is kept with the run, without its secrets.
  const { error, errorStack } = result;
  const type = errorTypeOf(result);
  span.setAttribute('error.type', type);
  span.recordException({ name: type, message: error ?? '', stack: errorStack ?? undefined });
  span.setStatus({ code: api.SpanStatusCode.ERROR, message: error ?? undefined });
}

/** The class of the error, as a stack begins with it. */
function errorTypeOf(result: Extract<ExecutionResult, { status: 'FAILED' | 'SUCCESS' | 'CANCELLED' }>): string {
  if (result.isTimeOut) return 'timeout';
  if (result.crashed) return 'crash';
  return /^([A-Za-z_$][\w$]{0,99})(?::|\n|$)/.exec(result.errorStack ?? '')?.[1] ?? '_OTHER';
}

/** The context of the span that the code is within, for a process of an isolated run. */
export function activeTraceparent(): string | undefined {
  const api = openTelemetry();
  return api && traceparentOf(api, api.trace.getActiveSpan()?.spanContext());
}

/** Calls `work` within the span of another process. */
export function withinRemoteSpan<Answer>(traceparent: string | null, work: () => Answer): Answer {
  const origin = spanContextOf(traceparent);
  const api = origin && openTelemetry();
  return api ? api.context.with(api.trace.setSpanContext(api.ROOT_CONTEXT, origin), work) : work();
}
