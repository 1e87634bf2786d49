import { withinJobs } from '@job-manager/engine/database/job-scope';
import { contract } from '@job-manager/shared/contract/index';
import { OpenAPIHandler } from '@orpc/openapi/node';
import { implement } from '@orpc/server';
import { type Request, Router } from 'express';
import type { Identity } from '../auth/identity.js';
import { createAlertCalls } from './alert-calls.js';
import { createAuditCalls } from './audit-calls.js';
import { createAuthCalls } from './auth-calls.js';
import { createBatchCalls } from './batch-calls.js';
import { checkUrl, largeCallNeeds, readBody } from './body.js';
import { createBulkCalls } from './bulk-calls.js';
import { createChannelCalls } from './channel-calls.js';
import { checkNumbers, checkPlaces, refusalOfInput, refuseFields } from './check-fields.js';
import type { CallContext, HttpDeps } from './context.js';
import { createDefinitionCalls } from './definition-calls.js';
import { createErrorCalls } from './error-calls.js';
import { createExternalCalls } from './external-calls.js';
import { createHealthCalls } from './health-calls.js';
import { createHistoryExport } from './history-export.js';
import { refuseUnreadKey } from './idempotency-key.js';
import { createIssueCalls } from './issue-calls.js';
import { createJobCalls } from './job-calls.js';
import { actsOnJobs, createJobLimit } from './job-limit.js';
import { createJobSettingsCalls } from './job-settings-calls.js';
import { createMessageCalls } from './message-calls.js';
import { createMetricsCalls } from './metrics-calls.js';
import { createDocumentRoutes } from './openapi.js';
import { type Gate, pathOf } from './policy.js';
import { createPresetCalls } from './preset-calls.js';
import { HttpProblem } from './problem.js';
import { createPulse } from './pulse.js';
import { createRecoveryCalls } from './recovery-calls.js';
import { createRoleCalls } from './role-calls.js';
import { type ApiRoute, listRoutes, resolveRoute } from './routes.js';
import { createRunListCalls } from './run-list-calls.js';
import { createRunnerCalls } from './runner-calls.js';
import { createScheduleCalls } from './schedule-calls.js';
import { createSecondFactorCalls } from './second-factor-calls.js';
import { createSelfTestCalls } from './self-test-calls.js';
import { createSnapshots } from './snapshots.js';
import type { StatsCache } from './stats-cache.js';
import { createSystemCalls } from './system-calls.js';
import { createTokenCalls } from './token-calls.js';
import { createUserCalls } from './user-calls.js';
import { createViewCalls } from './view-calls.js';

/** Everything under `/api`. Throws when a route of the contract does not define who may call it. */
export function createApi(deps: HttpDeps, gate: Gate, stats: StatsCache): Router {
  const routes = listRoutes(contract);
  const handler = createHandler(deps, gate, stats);
  const api = Router({ caseSensitive: true, strict: true });
  api.use((_req, res, next) => {
    res.setHeader('Cache-Control', 'no-store');
    next();
  });
  api.use(createDocumentRoutes());
  api.use((req, res, next) => {
    // The server leaves the body of a HEAD answer out by itself.
    if (req.method === 'HEAD') req.method = 'GET';
    checkUrl(req);
    res.locals.route = resolveRoute(routes, req.method, pathOf(req).slice(req.baseUrl.length));
    next();
  });
  api.use(async (req, _res, next) => {
    // No unknown caller has us read megabytes. The call's own policy is looked at as ever.
    const permission = largeCallNeeds(req);
    if (permission) await gate(req, permission);
    next();
  });
  api.use(readBody);
  api.use(async (req, res) => {
    const { matched } = await handler.handle(req, res, {
      prefix: prefixOf(req),
      context: { req, res, route: res.locals.route, identity: null },
    });
    if (!matched) throw new HttpProblem('NOT_FOUND', 'There is no such call.');
  });
  return api;
}

/** `/api`, below wherever an application has mounted us. */
const prefixOf = (req: Request): `/${string}` => `/${req.baseUrl.slice(1)}`;

/** An answer as this caller may see it. */
function shownTo<Output>(identity: Identity | null, { viewedFields }: ApiRoute, output: Output): Output {
  if (viewedFields.length === 0 || identity?.permissions.includes('view')) return output;
  const hidden = new Set(viewedFields);
  return Object.fromEntries(Object.entries(output as object).filter(([name]) => !hidden.has(name))) as Output;
}

function createHandler(deps: HttpDeps, gate: Gate, stats: StatsCache) {
  const checkJobs = createJobLimit(deps);
  const os = implement(contract)
    .$context<CallContext>()
    // Before the input is looked at, so that a refusal gives nothing away.
    .use(async ({ context, procedure, next }) => {
      const { policy, alsoNeeds } = procedure['~orpc'].meta;
      const identity = await gate(context.req, policy, alsoNeeds);
      const patterns = policy === undefined || actsOnJobs(policy) ? null : (identity?.jobPatterns ?? null);
      const result = await withinJobs(patterns, () => next({ context: { identity } }));
      return { ...result, output: shownTo(identity, context.route, result.output) };
    })
    .use(async ({ context, procedure, next }, input: unknown) => {
      const { req, route } = context;
      checkPlaces(req, route);
      refuseUnreadKey({ req, route });
      const { inputSchema } = procedure['~orpc'];
      if (inputSchema === undefined) refuseFields(input);
      checkNumbers(req, inputSchema);
      await checkJobs(context, { schema: inputSchema, input });
      try {
        return await next();
      } catch (error) {
        throw refusalOfInput(error, { route, schema: inputSchema, input });
      }
    });
  const reads = { snapshots: createSnapshots(deps), pulse: createPulse(deps) };
  const router = os.router({
    auth: createAuthCalls(deps),
    secondFactor: createSecondFactorCalls(deps),
    jobs: createJobCalls(deps, gate, stats),
    historyExport: createHistoryExport(deps),
    runLists: createRunListCalls(deps, reads),
    metrics: createMetricsCalls(deps, reads),
    issues: createIssueCalls(deps, reads),
    bulk: createBulkCalls(deps, gate),
    selfTest: createSelfTestCalls(deps),
    jobSettings: createJobSettingsCalls(deps),
    definitions: createDefinitionCalls(deps),
    presets: createPresetCalls(deps, gate),
    views: createViewCalls(deps, gate),
    messages: createMessageCalls(deps),
    batches: createBatchCalls(deps),
    channels: createChannelCalls(deps),
    schedules: createScheduleCalls(deps),
    runners: createRunnerCalls(deps),
    recovery: createRecoveryCalls(deps),
    health: createHealthCalls(deps),
    system: createSystemCalls(deps),
    alerts: createAlertCalls(deps),
    external: createExternalCalls(deps),
    tokens: createTokenCalls(deps),
    users: createUserCalls(deps),
    roles: createRoleCalls(deps),
    audit: createAuditCalls(deps),
    errors: createErrorCalls(deps),
  });
  return new OpenAPIHandler<CallContext>(router, {
    // Errors leave oRPC as they are: the application's one error handler writes every problem.
    customErrorResponseBodyEncoder: (error) => {
      throw error;
    },
  });
}
