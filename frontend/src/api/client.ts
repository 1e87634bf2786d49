import { health } from '@job-manager/shared/contract/health';
import { jobs } from '@job-manager/shared/contract/jobs';
import { session } from '@job-manager/shared/contract/session';
import { createORPCClient, ORPCError } from '@orpc/client';
import type { AnyContractRouter, ContractRouterClient } from '@orpc/contract';
import { OpenAPILink } from '@orpc/openapi-client/fetch';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { readProblem } from './failure';
import { mount } from './mount';

/** The calls that the first page makes; those of other pages and of dialogs come with them. */
const contract = { auth: session, jobs, health };

interface CallContext {
  /** Makes a repeated enqueue answer the run of the first one. */
  idempotencyKey?: string;
}

const linkTo = (calls: AnyContractRouter) =>
  new OpenAPILink<CallContext>(calls, {
    url: () => new URL(`${mount}/api`, window.location.origin),
    headers: ({ context }) =>
      context.idempotencyKey === undefined ? {} : { 'Idempotency-Key': context.idempotencyKey },
    fetch: async (request, init) => asPlainJson(await fetch(request, { ...init, credentials: 'same-origin' })),
    customErrorResponseBodyDecoder: (body, response) => {
      const problem = readProblem(body);
      return new ORPCError(problem?.code ?? 'UNREADABLE_ANSWER', {
        status: response.status,
        message: problem?.details,
        data: { ...problem, requestId: response.headers['x-request-id'] },
      });
    },
  });

/** Calls to `/api`, one method per route of the contract; failures are read with `toFailure`. */
export const client = createClient(contract);

/** The same for calls that few pages make, and that the others needn't load. */
export function createClient<Calls extends AnyContractRouter>(calls: Calls): ContractRouterClient<Calls, CallContext> {
  return createORPCClient(linkTo(calls));
}

/** The same calls as options for TanStack Query. */
export const api = createTanstackQueryUtils(client);

/** The client reads `application/json` alone, errors come as `application/problem+json`. */
function asPlainJson(response: Response): Response {
  if (!response.headers.get('content-type')?.startsWith('application/problem+json')) return response;
  const headers = new Headers(response.headers);
  headers.set('content-type', 'application/json');
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
