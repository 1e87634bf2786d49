import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkInput, describeIssues } from '@job-manager/shared/check-input';
import { userRoles } from '@job-manager/shared/roles';
import * as z from 'zod';
import { compileTrust } from './auth/proxies.js';
import { DEFAULT_SCHEMA, schemaIn, withSchema } from './database/schema.js';
import { throughPooler } from './database/transaction-pooling.js';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** In code, where settings are given as an object, also true and false. */
const onOff = z.union([z.boolean(), z.enum(['on', 'off']).transform((value) => value === 'on')], 'must be on or off');
const milliseconds = (fallback: number, least = 1) =>
  z.coerce.number().int().min(least).max(86_400_000).default(fallback);

const days = (fallback: number) => z.coerce.number().int().min(0).max(36_500).default(fallback);
const runs = (fallback: number) => z.coerce.number().int().min(0).max(1_000_000_000).default(fallback);

// Not longer, for it becomes part of what is listened to.
const SCHEMA_NAME = /^(?!pg_)[a-z_][a-z0-9_]{0,39}$/;
const SCHEMA_RULE = 'must be lower case letters, digits and _, at most 40, not beginning with pg_';

const ROLES = new RegExp(`^\\s*((${userRoles.join('|')})\\s*(,\\s*|$))*$`);

const hasSeveralHosts = (url: string) => /^postgres(ql)?:\/\/([^/@]*@)?[^/?]*,/.test(url);

/** The URL of a PostgreSQL database. */
export const postgresUrl = z
  .string()
  .refine((url) => !hasSeveralHosts(url), {
    error:
      'names several hosts, and a connection goes to one: name the one that leads to the primary, such as a pooler or a DNS name',
    abort: true,
  })
  .pipe(z.url({ protocol: /^postgres(ql)?$/, error: 'must be the URL of a PostgreSQL database, postgresql://…' }))
  .refine((url) => SCHEMA_NAME.test(schemaIn(url) ?? DEFAULT_SCHEMA), `its schema ${SCHEMA_RULE}`);

/** A number in the environment is a text. */
const trustedProxies = z
  .union([z.number(), z.string().trim()])
  .transform((value) => (/^\d+$/.test(String(value)) ? Number(value) : value))
  .refine((value) => typeof value === 'string' || (Number.isInteger(value) && value >= 0 && value <= 10), {
    error: 'must be a number of proxies from 0 to 10',
    abort: true,
  })
  .refine(
    canBeTrusted,
    'must be a number of proxies, or addresses and networks with commas between, such as 10.0.0.5,172.16.0.0/12 or loopback',
  );

function canBeTrusted(value: string | number): boolean {
  try {
    compileTrust(value);
    return true;
  } catch {
    return false;
  }
}

/** Every variable the product reads. An empty one counts as not set. What is marked `isSecret` never reaches the code of jobs. */
const environment = z.object({
  HOST: z.string().default('127.0.0.1').describe('Address to listen on'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000).describe('Port of panel, API and socket'),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    // Nothing is served below a path, so an address with one would lead to a page that can't load.
    .refine(
      (url) => /^[^/]+\/\/[^/?#@]+\/?$/.test(url),
      'must be scheme, host and port alone, such as https://jobs.example.com: the server is served at the root of its host, never below a path',
    )
    .optional()
    .describe('Address that browsers use, behind a reverse proxy; without a path'),
  ALLOWED_HOSTS: z
    .string()
    .regex(
      /^\s*([\w.-]+\s*(,\s*[\w.-]+\s*)*)?$/,
      'must be host names with commas between, without scheme and port, such as jobs.internal,jobs.example.com',
    )
    .default('')
    .describe(
      'Host names it answers for, with commas between, beside that of `PUBLIC_URL`, `localhost`, addresses and the name of the machine',
    ),
  TRUST_PROXY: trustedProxies
    .default(0)
    .describe(
      'Reverse proxies whose `X-Forwarded-*` headers count: how many there are in front of the server, or their addresses and networks with commas between (`10.0.0.5,172.16.0.0/12`, `loopback`)',
    ),
  SOCKETS_PER_PERSON: z.coerce
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(20)
    .describe('Live connections (open tabs of the panel) of one person at once, per server process'),
  DATABASE_URL: postgresUrl.optional().describe('PostgreSQL to use; the embedded one when not set'),
  DATABASE_SCHEMA: z
    .string()
    .regex(SCHEMA_NAME, SCHEMA_RULE)
    .optional()
    .describe('Schema of its tables there, made when it is missing; that of DATABASE_URL (`?schema=`), else `public`'),
  DATABASE_LISTEN_URL: postgresUrl
    .optional()
    .describe('Direct connection for LISTEN, when DATABASE_URL goes through a pooler'),
  DATABASE_WAIT_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(86_400_000)
    .optional()
    .describe(
      'How long a worker or an embedded start waits for a database that can not be reached; 0 fails at once, for ever when not set',
    ),
  DATA_DIR: z
    .string()
    .optional()
    .describe(
      'Folder of the embedded database, the media files and the generated secret; `.data` in the clone when not set',
    ),
  MEDIA_DIR: z.string().optional().describe('Folder of the media files; `media` in DATA_DIR when not set'),
  JWT_SECRET: z
    .string()
    .min(32, 'must have at least 32 characters')
    .optional()
    .meta({ description: 'Signs the sessions; generated into DATA_DIR when not set', isSecret: true }),
  SESSION_IDLE_MS: z.coerce
    .number()
    .int()
    .min(1_000)
    .max(604_800_000)
    .default(86_400_000)
    .describe('A session that makes no call for so long ends; seven days after signing in it ends in any case'),
  ADMIN_EMAIL: z.email().optional().describe('First SUPER_ADMIN, made while no account may sign in'),
  ADMIN_PASSWORD: z
    .string()
    .min(8)
    .max(200)
    .optional()
    .meta({ description: 'Password of the first SUPER_ADMIN; generated and shown once when not set', isSecret: true }),
  SECOND_FACTOR_FOR: z
    .string()
    .regex(ROLES, `must be roles with commas between, of ${userRoles.join(', ')}`)
    .transform((text) => userRoles.filter((role) => text.split(/[\s,]+/).includes(role)))
    .default([])
    .describe('Roles, with commas between, that must set up a second factor before they may do anything'),
  METRICS_TOKEN: z
    .string()
    .min(16)
    .optional()
    .meta({ description: 'Bearer token that may read /metrics without signing in', isSecret: true }),
  SAMPLE_DATA: onOff.default(true).describe('Fill an empty database with the sample network and its runs'),
  JOBS_RUNNER: onOff.default(true).describe('Start the built-in runner with the server'),
  JOBS_SCHEDULER: onOff
    .default(true)
    .describe('Queue the runs of schedules that come due; off, due times wait for another process'),
  JOBS_STANDBY: onOff
    .default(false)
    .describe('Do nothing by itself, as for a copy of production: no runs, no schedules, no recovery, no maintenance'),
  JOBS_CONCURRENCY: z.coerce.number().int().min(1).max(1_000).default(10).describe('Runs at once, per runner'),
  JOBS_POLL_MS: milliseconds(1_000, 20).describe(
    'How often a runner looks for work unasked; every other time while it hears notifications and nothing waits',
  ),
  JOBS_HEARTBEAT_MS: milliseconds(30_000, 20).describe('How often a runner proves that it lives'),
  JOBS_STALLED_AFTER_MS: milliseconds(300_000, 100).describe('Silence after which a run is taken back'),
  JOBS_SWEEP_MS: milliseconds(30_000, 20).describe('How often stalled runs are looked for'),
  JOBS_FORCE_FAIL_AFTER_MS: milliseconds(30_000, 0).describe(
    'How long a run that is force-failed may take to stop by itself, by default',
  ),
  JOBS_MAX_EXTERNAL: z.coerce
    .number()
    .int()
    .min(0)
    .max(100_000)
    .default(50)
    .describe('Runs of external programs at once'),
  JOBS_INACTIVE_AFTER_MS: milliseconds(600_000, 1_000).describe(
    'Silence after which a run of an external program is failed',
  ),
  JOBS_MAX_INACTIVE_MS: milliseconds(3_600_000, 1_000).describe(
    'The longest `inactivityTimeoutMs` that a program may ask for; at most a day',
  ),
  JOBS_MESSAGES_PER_RUN: z.coerce
    .number()
    .int()
    .min(100)
    .max(1_000_000)
    .default(100_000)
    .describe(
      'Messages kept per run, of at most 8,000 characters and 4 kB of data each; the oldest of the least severe are dropped beyond it',
    ),
  JOBS_REDACT_KEYS: z
    .string()
    .default(
      'password,passwd,pwd,passphrase,secret,secret_key,token,authorization,cookie,api_key,private_key,access_key,signing_key,credential',
    )
    .describe(
      'Names, with commas between, whose texts are shown nowhere: not in parameters, messages, metadata and errors (counts under them are)',
    ),
  JOBS_KEEP_SUCCESS_DAYS: days(30).describe('Days to keep successful runs; 0 keeps them for ever'),
  JOBS_KEEP_CANCELLED_DAYS: days(30).describe('Days to keep cancelled runs; 0 keeps them for ever'),
  JOBS_KEEP_FAILED_DAYS: days(90).describe('Days to keep failed runs; 0 keeps them for ever'),
  JOBS_KEEP_SUCCESS_RUNS: runs(1_000_000).describe('Successful runs to keep of each job at most; 0 for no limit'),
  JOBS_KEEP_CANCELLED_RUNS: runs(1_000_000).describe('Cancelled runs to keep of each job at most; 0 for no limit'),
  JOBS_KEEP_FAILED_RUNS: runs(1_000_000).describe('Failed runs to keep of each job at most; 0 for no limit'),
  AUDIT_KEEP_ACCESS_DAYS: days(90)
    // The database lets go of none that is younger.
    .refine((value) => value === 0 || value >= 7, 'must be 0 or at least 7')
    .describe(
      'Days to keep sign-ins and refusals in the audit log, 7 or more; 0 keeps them for ever, as all other entries are',
    ),
  JOBS_MAINTENANCE_MS: milliseconds(300_000, 20).describe('How often one process removes what is past its time'),
  SENTRY_DSN: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Where the panel also reports its errors; nowhere when not set'),
  JOBS_DRAIN_MS: milliseconds(25_000, 0).describe('How long running jobs may go on after a stop signal'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least severe log lines to write'),
});
type Environment = z.output<typeof environment>;

export interface Config extends Omit<Environment, 'DATA_DIR' | 'MEDIA_DIR' | 'DATABASE_SCHEMA'> {
  DATABASE_SCHEMA: string;
  DATA_DIR: string;
  MEDIA_DIR: string;
  HOSTNAME: string;
}

/** A wrong or impossible setting; the message is one line that names the variable. */
export class ConfigError extends Error {}

/** Reads the configuration from the environment. Throws ConfigError for a value that can't be used. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  return complete(parseConfig(environment, given));
}

/** Has no meaning inside another application: it listens, signs people in and brings the database. */
const OF_OUR_OWN_SERVER = {
  HOST: true,
  PORT: true,
  DATABASE_URL: true,
  DATA_DIR: true,
  JWT_SECRET: true,
  SESSION_IDLE_MS: true,
  ADMIN_EMAIL: true,
  ADMIN_PASSWORD: true,
  SECOND_FACTOR_FOR: true,
  SAMPLE_DATA: true,
  JOBS_RUNNER: true,
} as const;

/** Settings of a Job Manager that is part of another application, by the names and with the defaults of the environment. */
export type EmbeddedSettings = Partial<Omit<Environment, keyof typeof OF_OUR_OWN_SERVER>>;

/**
 * The configuration of these settings for the database of a URL; the environment is not read. DATABASE_URL in it is
 * complete. Throws ConfigError for a setting that is unknown or can't be used.
 */
export function embeddedConfig(
  databaseUrl: string,
  settings: EmbeddedSettings = {},
): Config & { DATABASE_URL: string } {
  const given = parseConfig(environment.omit(OF_OUR_OWN_SERVER).strict(), settings);
  const config = complete({ ...environment.parse({}), ...given, DATABASE_URL: databaseUrl });
  return { ...config, DATABASE_URL: config.DATABASE_URL ?? databaseUrl };
}

/** Checks the configuration. Throws ConfigError with one line that names every fault. */
export function parseConfig<Schema extends z.ZodType>(schema: Schema, given: unknown): z.output<Schema> {
  const checked = checkInput(schema, given, 'setting');
  if (!checked.success) throw new ConfigError(describeIssues(checked.issues));
  return checked.data;
}

function complete(config: Environment): Config {
  if (config.JOBS_STALLED_AFTER_MS < 2 * config.JOBS_HEARTBEAT_MS) {
    throw new ConfigError('JOBS_STALLED_AFTER_MS must be at least twice JOBS_HEARTBEAT_MS');
  }
  const dataDir = resolve(config.DATA_DIR ?? join(REPOSITORY, '.data'));
  const mediaDir = resolve(config.MEDIA_DIR ?? join(dataDir, 'media'));
  return { ...config, ...urlsOf(config), DATA_DIR: dataDir, MEDIA_DIR: mediaDir, HOSTNAME: hostname() };
}

/**
 * The URLs with what else a connection has to know: the schema of our tables, and whether a pooler is in between.
 * To open one takes nothing but the URL.
 */
function urlsOf(config: Environment) {
  const { DATABASE_URL, DATABASE_LISTEN_URL } = config;
  const schema = schemaFrom(config);
  const placed = DATABASE_URL && withSchema(DATABASE_URL, schema);
  return {
    DATABASE_SCHEMA: schema,
    DATABASE_URL: placed && DATABASE_LISTEN_URL !== undefined ? throughPooler(placed) : placed,
    DATABASE_LISTEN_URL: DATABASE_LISTEN_URL && withSchema(DATABASE_LISTEN_URL, schema),
  };
}

/** The one schema that the settings name, however many do. Throws ConfigError where they name two. */
function schemaFrom(config: Environment): string {
  const named = (['DATABASE_SCHEMA', 'DATABASE_URL', 'DATABASE_LISTEN_URL'] as const).flatMap((name) => {
    const value = config[name];
    const schema = name === 'DATABASE_SCHEMA' ? value : value && schemaIn(value);
    return schema === undefined || schema === '' ? [] : [{ name, schema }];
  });
  const [first, other] = [named[0], named.find(({ schema }) => schema !== named[0]?.schema)];
  if (first && other) {
    throw new ConfigError(
      `${first.name} names the schema "${first.schema}" and ${other.name} the schema "${other.schema}"; name one`,
    );
  }
  return first?.schema ?? DEFAULT_SCHEMA;
}

/** The environment from which `readConfig` reads this configuration again, for a child process. */
export function configEnvironment(config: Config): NodeJS.ProcessEnv {
  const entries = Object.entries(config).filter(([name, value]) => name in environment.shape && value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, write(value)]));
}

/** The settings that are secrets of the server: job code has none of them. */
export const secretSettings: readonly string[] = Object.entries(environment.shape).flatMap(([name, schema]) =>
  schema.meta()?.isSecret === true ? [name] : [],
);

/** The environment without the server's secrets, for a process that executes jobs. DATABASE_URL stays: runners need it. */
export function withoutSecretSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !secretSettings.includes(name)));
}

/** Removes the server's secrets from this process's environment, before it executes jobs or starts children that do. */
export function forgetSecretSettings(): void {
  for (const name of secretSettings) delete process.env[name];
}

/** Names, defaults and meanings of all settings, for the documentation and its test. */
export function describeConfig(): { name: string; description: string; fallback: string }[] {
  const defaults: Record<string, unknown> = environment.parse({});
  return Object.entries(environment.shape).map(([name, schema]) => ({
    name,
    description: schema.description ?? '',
    fallback: defaults[name] === undefined ? '' : write(defaults[name]),
  }));
}

function write(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return String(value);
}
