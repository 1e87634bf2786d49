import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import express, { type RequestHandler, Router } from 'express';
import type { HostPlace } from './context.js';
import { HttpProblem } from './problem.js';

const YEAR_S = 365 * 24 * 60 * 60;

/** The built panel. Paths that are no file and may be pages get `index.html`: the panel has its own routes. */
export function createPanel(panelDir: string, host?: HostPlace): Router {
  const panel = Router({ caseSensitive: true });
  const sendPage = createPage(panelDir, host);
  // Vite puts a hash of the content into each name below assets: the file of a name never changes.
  panel.use(
    '/assets',
    express.static(join(panelDir, 'assets'), { immutable: true, maxAge: YEAR_S * 1_000, index: false }),
  );
  panel.get('/index.html', sendPage);
  panel.use(
    express.static(panelDir, {
      index: false,
      redirect: false,
      setHeaders: (res) => res.setHeader('Cache-Control', 'no-cache'),
    }),
  );
  panel.get('/{*page}', (req, res, next) => (isPage(req.path) ? sendPage(req, res, next) : next()));
  return panel;
}

/**
 * A missing script must not be answered with a page: the browser would try to run it. No file lies below `/admin/`, and
 * the address of a job ends as its name does, such as `mail.welcome`.
 */
const isPage = (path: string): boolean =>
  path.startsWith('/admin/') || (path !== '/ws' && !path.startsWith('/assets/') && !/\.\w+$/.test(path));

function createPage(panelDir: string, host: HostPlace | undefined): RequestHandler {
  return async (_req, res) => {
    const built = await readFile(join(panelDir, 'index.html'), 'utf8').catch(() => null);
    if (built === null) throw new HttpProblem('NOT_FOUND', 'The panel has not been built.');
    res.set('Cache-Control', 'no-cache').type('html').send(placePage(built, host));
  };
}

/**
 * The page as it is to be sent. It is built with addresses relative to itself and sent at many, so they are made
 * absolute here; a `<base>` would do the same, and bend every `#fragment` of the page as well. What the panel has to
 * know about its place it reads from the page, for no script may stand in it.
 */
export function placePage(built: string, host: HostPlace | undefined): string {
  const absolute = built.replaceAll(/ (src|href)="\.\//g, ` $1="${host?.publicPath ?? ''}/`);
  if (host === undefined) return absolute;
  const place = { mount: host.publicPath, accounts: 'host', 'sign-in-url': host.signInUrl ?? '' };
  const attributes = Object.entries(place).map(([name, value]) => ` data-${name}="${escapeAttribute(value)}"`);
  return absolute.replace('<html', () => `<html${attributes.join('')}`);
}

const escapeAttribute = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
