import { join } from 'node:path';
import express, { Router } from 'express';
import { HttpProblem } from './problem.js';

const YEAR_S = 365 * 24 * 60 * 60;

/** The built panel. Paths that are no file and look like pages get `index.html`: the panel knows its own routes. */
export function createPanel(panelDir: string): Router {
  const panel = Router({ caseSensitive: true });
  // Vite puts a hash of the content into each name below assets: what is at a name never changes.
  panel.use(
    '/assets',
    express.static(join(panelDir, 'assets'), { immutable: true, maxAge: YEAR_S * 1_000, index: false }),
  );
  panel.use(
    express.static(panelDir, { index: false, setHeaders: (res) => res.setHeader('Cache-Control', 'no-cache') }),
  );
  panel.get('/{*page}', (req, res, next) => {
    if (!isPage(req.path)) return next();
    res.sendFile(
      'index.html',
      { root: panelDir, cacheControl: false, headers: { 'Cache-Control': 'no-cache' } },
      (error) => {
        if (error && !res.headersSent) next(new HttpProblem('NOT_FOUND', 'The panel has not been built.'));
      },
    );
  });
  return panel;
}

/** A missing script must not be answered with a page: the browser would try to run it. */
const isPage = (path: string): boolean => path !== '/ws' && !path.startsWith('/assets/') && !/\.\w+$/.test(path);
