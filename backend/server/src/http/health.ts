import { Router } from 'express';
import type { HttpDeps } from './context.js';

/**
 * `/healthz`: the process answers. `/readyz`: it can serve, or names the part that can't, with the verdict of
 * `admin/jobs/health`.
 */
export function createHealth({ health: check }: Pick<HttpDeps, 'health'>): Router {
  const health = Router({ caseSensitive: true, strict: true });
  health.use(['/healthz', '/readyz'], (_req, res, next) => {
    res.setHeader('Cache-Control', 'no-store');
    next();
  });
  health.get('/healthz', (_req, res) => {
    res.json({ status: 'ok' });
  });
  health.get('/readyz', async (_req, res) => {
    const state = await check.readiness();
    res.status(state.ok ? 200 : 503).json(state);
  });
  return health;
}
