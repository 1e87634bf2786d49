import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Identify } from './host-users.js';

/** What Express and connect call middleware; it takes requests and responses of any kind. */
export type Middleware = (request: never, response: never, next: (error?: unknown) => void) => unknown;

/**
 * An `identify` that runs middleware before it reads a request: `express-session`, `passport.session()`, whatever finds
 * out by headers who is there. Requests for the socket are Node's own, which no middleware of the application has seen.
 * Middleware that answers by itself, such as with 401, means that no person makes the request; its answer is discarded.
 */
export function withMiddleware<Seen extends IncomingMessage>(
  middleware: readonly Middleware[],
  identify: (request: Seen) => ReturnType<Identify>,
): Identify {
  return async (request) => {
    const response = new ServerResponse(request);
    for (const handle of middleware) if (!(await isPassed(handle, request, response))) return null;
    // As the middleware has made it.
    return identify(request as Seen);
  };
}

/** Whether middleware passes a request on; otherwise it has answered it. Rejects with its error. */
const isPassed = (handle: Middleware, request: IncomingMessage, response: ServerResponse): Promise<boolean> =>
  new Promise((resolve, reject) => {
    response.end = () => {
      resolve(false);
      return response;
    };
    const next = (error?: unknown) => (isError(error) ? reject(error) : resolve(true));
    // Not `Promise.resolve(handle(…))`: what it throws at once has to be caught as well.
    Promise.resolve()
      .then(() => handle(request as never, response as never, next))
      .catch(reject);
  });

/** Express does not treat these two strings as errors: they skip what follows in a route or a router. */
const isError = (error: unknown): boolean => Boolean(error) && error !== 'route' && error !== 'router';
