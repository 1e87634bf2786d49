import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { NextFunction, Request, Response } from 'express';
import { describe, expect, it } from 'vitest';
import { withMiddleware } from './with-middleware.js';

/** As for the socket: Node's own, which Express has never seen. */
function upgradeRequest(headers: Record<string, string> = {}): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  return Object.assign(request, { method: 'GET', url: '/ops/jobs/ws', headers });
}

interface SeenRequest extends IncomingMessage {
  seen?: string[];
  user?: { id: string };
}
const note = (word: string) => (request: SeenRequest, _response: unknown, next: () => void) => {
  request.seen = [...(request.seen ?? []), word];
  next();
};
const who = (request: SeenRequest) => ({ id: (request.seen ?? []).join(' '), role: 'ADMIN' }) as const;

describe('middleware on a request', () => {
  it('runs in its order before the request is looked at', async () => {
    expect(await withMiddleware([note('one'), note('two')], who)(upgradeRequest())).toEqual({
      id: 'one two',
      role: 'ADMIN',
    });
    expect(await withMiddleware([], who)(upgradeRequest())).toEqual({ id: '', role: 'ADMIN' });
  });

  it('may take its time, and may be of Express', async () => {
    const late = async (request: Request, _response: Response, next: NextFunction) => {
      await new Promise(setImmediate);
      note('late')(request, undefined, next);
    };
    expect(await withMiddleware([late, note('then')], who)(upgradeRequest())).toMatchObject({ id: 'late then' });
  });

  it('that answers by itself means no person, and what follows is not run', async () => {
    const refuse = (_request: Request, response: Response) => {
      response.statusCode = 401;
      response.setHeader('WWW-Authenticate', 'Bearer');
      response.end('Unauthorized');
    };
    const request: SeenRequest = upgradeRequest();
    expect(await withMiddleware([refuse, note('after')], who)(request)).toBeNull();
    expect(request.seen).toBeUndefined();
  });

  it('that fails, at once, later or by `next`, is a failure', async () => {
    const failure = new Error('The session store is away');
    const ways = [
      () => {
        throw failure;
      },
      async () => {
        throw failure;
      },
      (_request: unknown, _response: unknown, next: (error: Error) => void) => next(failure),
    ];
    for (const way of ways) await expect(withMiddleware([way], who)(upgradeRequest())).rejects.toBe(failure);
  });

  it.each(['route', 'router'])('may leave out the rest of a %s, which is no failure', async (word) => {
    const skip = (_request: unknown, _response: unknown, next: (word: string) => void) => next(word);
    expect(await withMiddleware([skip], who)(upgradeRequest())).toMatchObject({ role: 'ADMIN' });
  });
});
