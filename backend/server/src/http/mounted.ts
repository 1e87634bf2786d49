import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Express, Request } from 'express';
import type { HostPlace } from './context.js';

type Handle = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/** A request of Node's, with what Express and connect add where they cut the path of a mount off its address. */
type MountedRequest = IncomingMessage & Partial<Pick<Request, 'baseUrl' | 'originalUrl'>>;

/**
 * Lets an Express application stand below a path of any server. Express passes where it has mounted a handler; connect
 * passes the address without that path, and the whole one beside it; Node's own server passes the whole one. Requests
 * for other paths are left to `next`. It stays an Express application, for one that mounts it hands its settings down.
 */
export function placeAt(path: string, app: Express): Express {
  const mounted = app as Express & { handle: Handle };
  const handle = mounted.handle.bind(mounted);
  mounted.handle = (request: MountedRequest, response, next) => {
    if (request.baseUrl === undefined) {
      const whole = request.originalUrl ?? request.url ?? '/';
      if (!isBelow(whole, path)) return next();
      const rest = whole.slice(path.length);
      Object.assign(request, { originalUrl: whole, baseUrl: path, url: rest.startsWith('/') ? rest : `/${rest}` });
    }
    handle(request, response, next);
  };
  return mounted;
}

const isBelow = (address: string, path: string): boolean =>
  address.startsWith(path) && (path === '' || ['/', '?', undefined].includes(address[path.length]));

/** The base of a router as callers see it: a proxy before the application that embeds us may strip a prefix. */
export function publicBaseOf({ app, baseUrl }: Request): string {
  const place: HostPlace | undefined = app.locals.place;
  return place === undefined ? baseUrl : place.publicPath + baseUrl.slice(place.mount.length);
}
