import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Express } from 'express';
import type { HostUsers } from './auth/host-users.js';
import { describeUntrustedProxy, ForwardedHeaderWatch } from './auth/proxies.js';
import { createCredentialTrace } from './auth/refused-credentials.js';
import type { Sessions } from './auth/sessions.js';
import { readInstallation } from './database/installation.js';
import { HealthCheck } from './health/health-check.js';
import { healthDuties, healthLimits } from './health/limits.js';
import { createHttpApp } from './http/app.js';
import type { HostPlace } from './http/context.js';
import { Gateway } from './live/gateway.js';
import { LivePicture } from './live/picture.js';
import { RunTails } from './live/run-tails.js';
import type { ServerEngine } from './server-engine.js';
import { NotificationProbe } from './store/notification-probe.js';
import { VERSION } from './version.js';

const PANEL = fileURLToPath(new URL('../../frontend/dist', import.meta.url));

/** What the world sees of a server: panel, API and health over HTTP, and the socket. */
export interface ServerFace {
  app: Express;
  /** Serves the socket on this server. */
  attach(server: Server): Gateway;
}

export interface ServerFaceOptions {
  sessions: Sessions | HostUsers;
  /** Lets health report that this server is about to end. */
  isClosing(): boolean;
  /** The application it is part of, if it is. */
  host?: HostPlace;
}

/** Wires the face of an engine. */
export function createServerFace(engine: ServerEngine, { sessions, isClosing, host }: ServerFaceOptions): ServerFace {
  const { config, pool, listener, registry, refusals, log } = engine;
  const picture = new LivePicture({
    sql: pool,
    listener,
    hasCode: (jobName) => registry.definitions().some(({ name }) => name === jobName),
    onFault: (error) => log.warn({ err: error }, 'The live picture could not be read'),
  });
  const tails = new RunTails({
    sql: pool,
    listener,
    onFault: (error) => log.warn({ err: error }, 'What a followed run says could not be read'),
  });
  const forwarded = new ForwardedHeaderWatch((proxy) => log.warn(describeUntrustedProxy(proxy)));
  const health = new HealthCheck({
    pool,
    probe: new NotificationProbe(pool, listener),
    registry,
    installation: (client) => readInstallation(client, config.DATABASE_SCHEMA),
    isClosing,
    untrustedProxy: () => forwarded.recent,
    version: VERSION,
    limits: healthLimits(config),
    duties: healthDuties(config),
  });
  const panel = existsSync(PANEL) ? { panelDir: PANEL } : {};
  if (host !== undefined && panel.panelDir === undefined) log.warn(`The panel has not been built: ${PANEL} is missing`);
  return {
    app: createHttpApp({ ...engine, sessions, health, forwarded, host, ...panel }),
    attach: (server) =>
      new Gateway({
        ...{ server, mount: host?.mount, config, sessions, picture, tails, listener, refusals, log },
        traceCredential: createCredentialTrace({ sql: pool, sessions, refusals, config }),
      }),
  };
}
