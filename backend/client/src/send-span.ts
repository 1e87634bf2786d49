import { QueueError } from './errors.js';
import { MESSAGING, openTelemetry, SCOPE, traceparentOf } from './tracing.js';

/** What is read of a request, and kept with its run. */
interface Traceable {
  jobName: string;
  correlationId?: string;
  traceparent?: string;
}

/**
 * Queues runs within a span, whose context is kept with them: attempts are part of the same trace. To be called where the
 * application records traces. `idsOf` reads the ids of the runs from the answer.
 */
export function inSendSpan<Request extends Traceable, Answer>(
  requests: readonly Request[],
  enqueue: (requests: Request[]) => Promise<Answer>,
  idsOf: (answer: Answer) => string[],
): Promise<Answer> {
  const api = openTelemetry();
  if (api === undefined) return enqueue([...requests]);
  const { name, attributes } = describe(requests);
  const options = { kind: api.SpanKind.PRODUCER, attributes };
  return api.trace.getTracer(SCOPE).startActiveSpan(name, options, async (span) => {
    const traceparent = traceparentOf(api, span.spanContext());
    try {
      const answer = await enqueue(requests.map((request) => ({ ...request, traceparent })));
      const [id, ...others] = idsOf(answer);
      if (id !== undefined && others.length === 0) span.setAttribute('messaging.message.id', id);
      return answer;
    } catch (error) {
      span.setAttribute('error.type', errorType(error));
      span.setStatus({ code: api.SpanStatusCode.ERROR, message: error instanceof Error ? error.message : undefined });
      throw error;
    } finally {
      span.end();
    }
  });
}

function describe(requests: readonly Traceable[]) {
  const [first] = requests;
  const destination = requests.every(({ jobName }) => jobName === first?.jobName) ? first?.jobName : undefined;
  const attributes = {
    ...MESSAGING,
    'messaging.operation.name': 'enqueue',
    'messaging.operation.type': 'send',
    'messaging.destination.name': destination,
    ...(requests.length === 1
      ? { 'messaging.message.conversation_id': first?.correlationId }
      : { 'messaging.batch.message_count': requests.length }),
  };
  return { name: destination === undefined ? 'enqueue' : `enqueue ${destination}`, attributes };
}

/** The code of a refusal, else the class of the error. */
function errorType(error: unknown): string {
  if (error instanceof QueueError) return error.code;
  return error instanceof Error ? error.constructor.name : '_OTHER';
}
