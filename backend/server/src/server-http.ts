import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { readInstallation } from '@job-manager/engine/database/installation';
import { limitedTo } from '@job-manager/engine/database/job-scope';
import { NotificationProbe } from '@job-manager/engine/store/notification-probe';
import { isCompiled } from '@job-manager/engine/typescript-loader';
import { VERSION } from '@job-manager/engine/version';
import type { JobPatterns } from '@job-manager/shared/job-patterns';
import type { Express } from 'express';
import type { HostUsers } from './auth/host-users.js';
import { describeUntrustedProxy, ForwardedHeaderWatch } from './auth/proxies.js';
import { createCredentialTrace } from './auth/refused-credentials.js';
import type { Sessions } from './auth/sessions.js';
import type { RunnersHere } from './built-in-runners.js';
import { HealthCheck } from './health/health-check.js';
import { healthDuties, healthLimits } from './health/limits.js';
import { RequestTimes } from './health/request-times.js';
import { SystemSampler } from './health/system-sampler.js';
import { createHttpApp } from './http/app.js';
import type { HostPlace } from './http/context.js';
import { ActiveFeed } from './live/active-feed.js';
import { AlertsFeed } from './live/alerts-feed.js';
import { type Feeds, Gateway } from './live/gateway.js';
import { RunTails } from './live/run-tails.js';
import { RunnersFeed } from './live/runners-feed.js';
import type { ServerEngine } from './server-engine.js';

/** The folder of the panel, once it is built: in a package it lies beside the code. */
const PANEL = fileURLToPath(new URL(isCompiled ? '../panel' : '../../../frontend/dist', import.meta.url));

/** The HTTP side of a server: panel, API, health and the socket. */
interface ServerHttp {
  app: Express;
  health: HealthCheck;
  /** Notes how this server does, once it is started. */
  sampler: Pick<SystemSampler, 'start' | 'stop'>;
  /** Serves the socket on this server. */
  attach(server: Server): Gateway;
}

interface ServerHttpOptions {
  sessions: Sessions | HostUsers;
  /** Lets health report that this server is about to end. */
  isClosing(): boolean;
  /** The application it is part of, if it is. */
  host?: HostPlace;
  /** Runners that the server may start; left out where it can't. */
  runnersHere?: RunnersHere;
}

/** What sockets are sent, as those see it who are limited to these jobs. */
function createFeeds({ pool, queuePool, listener, registry, log }: ServerEngine, patterns: JobPatterns): Feeds {
  const sql = limitedTo(pool, patterns);
  return {
    active: new ActiveFeed({
      sql: limitedTo(queuePool, patterns),
      listener,
      hasCode: (jobName) => registry.definitions().some(({ name }) => name === jobName),
      onError: (error) => log.warn({ err: error }, 'The active runs could not be read'),
    }),
    tails: new RunTails({
      sql,
      listener,
      onError: (error) => log.warn({ err: error }, 'The messages of a followed run could not be read'),
    }),
    runners: new RunnersFeed({
      sql,
      onError: (error) => log.warn({ err: error }, 'The runners could not be read'),
    }),
    alerts: new AlertsFeed({
      sql,
      listener,
      onError: (error) => log.warn({ err: error }, 'The open incidents could not be read'),
    }),
  };
}

/** Wires the HTTP side of an engine. */
export function createServerHttp(engine: ServerEngine, options: ServerHttpOptions): ServerHttp {
  const { sessions, isClosing, host, runnersHere } = options;
  const { config, pool, queuePool, listener, registry, refusals, log } = engine;
  const forwarded = new ForwardedHeaderWatch((proxy) => log.warn(describeUntrustedProxy(proxy)));
  const health = new HealthCheck({
    pool,
    queueSql: queuePool,
    probe: new NotificationProbe(pool, listener),
    registry,
    installation: (client) => readInstallation(client, config.DATABASE_SCHEMA),
    isClosing,
    untrustedProxy: () => forwarded.recent,
    version: VERSION,
    limits: healthLimits(config),
    duties: healthDuties(config),
  });
  const requests = new RequestTimes();
  const gateways: Gateway[] = [];
  const sampler = new SystemSampler({
    sql: pool,
    health,
    requests,
    sockets: () => {
      const counts = gateways.map((gateway) => ({ open: gateway.size, ...gateway.takeCounts() }));
      const sum = (field: 'open' | 'opened' | 'lost') => counts.reduce((total, one) => total + one[field], 0);
      return { open: sum('open'), opened: sum('opened'), lost: sum('lost') };
    },
    onError: (error) => log.warn({ err: error }, 'How the server did could not be written'),
  });
  const panel = existsSync(PANEL) ? { panelDir: PANEL } : {};
  if (host !== undefined && panel.panelDir === undefined) log.warn(`The panel has not been built: ${PANEL} is missing`);
  return {
    health,
    app: createHttpApp({ ...engine, sessions, health, forwarded, requests, host, runnersHere, ...panel }),
    sampler,
    attach: (server) => {
      const gateway = new Gateway({
        ...{ server, mount: host?.mount, config, sessions, listener, refusals, log },
        ...createFeeds(engine, null),
        feedsWithin: (patterns) => createFeeds(engine, patterns),
        traceCredential: createCredentialTrace({ sql: pool, sessions, refusals, config }),
      });
      gateways.push(gateway);
      return gateway;
    },
  };
}
