import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { checkInput, describeIssues } from '@job-manager/shared/check-input';
import { describeUnknown } from '@job-manager/shared/nearest';
import type * as z from 'zod';
import { DATA } from './assets.js';
import { DEFAULT_SCHEMA, OWN_SCHEMA, schemaIn, withSchema } from './database/schema.js';
import { throughPooler } from './database/transaction-pooling.js';
import { type Environment, environment } from './settings.js';
import { isCompiled } from './typescript-loader.js';

export interface Config extends Omit<Environment, 'DATA_DIR' | 'MEDIA_DIR' | 'DATABASE_SCHEMA'> {
  DATABASE_SCHEMA: string;
  /** A setting names the schema; else it is the default one. */
  isSchemaNamed: boolean;
  DATA_DIR: string;
  MEDIA_DIR: string;
  HOSTNAME: string;
}

/** A wrong or impossible setting; the message is one line that names the variable. */
export class ConfigError extends Error {}

/** Reads the configuration from the environment. Throws ConfigError for a value that can't be used. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  return complete(parseConfig(environment, given), isCompiled ? OWN_SCHEMA : DEFAULT_SCHEMA);
}

/**
 * Names of the environment that begin like our settings and are none, each with the nearest: `JOBS_STANBY is no setting;
 * did you mean JOBS_STANDBY?` No errors, for other programs and newer versions may have them.
 */
export function unknownSettings(env: NodeJS.ProcessEnv = process.env): string[] {
  const known = Object.keys(environment.shape);
  return Object.keys(env)
    .filter((name) => name.startsWith('JOBS_') && !known.includes(name))
    .map((name) => `${name} ${describeUnknown(name, known, 'setting')}`);
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
  JOBS_MAX_BUILT_IN: true,
  JOBS_SUPERVISED: true,
} as const;

/** Settings of a Job Manager that is part of another application, by the names and with the defaults of the environment. */
export type EmbeddedSettings = {
  [Name in Exclude<keyof Environment, keyof typeof OF_OUR_OWN_SERVER>]?: Environment[Name] | undefined;
};

/**
 * The configuration of these settings for the database of a URL; the environment is not read. DATABASE_URL in it is
 * complete. Throws ConfigError for a setting that is unknown or can't be used.
 */
export function embeddedConfig(
  databaseUrl: string,
  settings: EmbeddedSettings = {},
): Config & { DATABASE_URL: string } {
  const given = parseConfig(environment.omit(OF_OUR_OWN_SERVER).strict(), settings);
  const config = complete({ ...environment.parse({}), ...given, DATABASE_URL: databaseUrl }, OWN_SCHEMA);
  return { ...config, DATABASE_URL: config.DATABASE_URL ?? databaseUrl };
}

/** Checks the configuration. Throws ConfigError with one line that names every problem. */
export function parseConfig<Schema extends z.ZodType>(schema: Schema, given: unknown): z.output<Schema> {
  const checked = checkInput(schema, given, 'setting');
  if (!checked.success) throw new ConfigError(describeIssues(checked.issues));
  return checked.data;
}

function complete(config: Environment, defaultSchema: string): Config {
  if (config.JOBS_STALLED_AFTER_MS < 2 * config.JOBS_HEARTBEAT_MS) {
    throw new ConfigError('JOBS_STALLED_AFTER_MS must be at least twice JOBS_HEARTBEAT_MS');
  }
  const dataDir = resolve(config.DATA_DIR ?? DATA);
  const mediaDir = resolve(config.MEDIA_DIR ?? join(dataDir, 'media'));
  return { ...config, ...urlsOf(config, defaultSchema), DATA_DIR: dataDir, MEDIA_DIR: mediaDir, HOSTNAME: hostname() };
}

/**
 * The URLs with what else a connection has to know: the schema of our tables, and whether a pooler is in between.
 * To open one takes nothing but the URL.
 */
function urlsOf(config: Environment, defaultSchema: string) {
  const { DATABASE_URL, DATABASE_LISTEN_URL } = config;
  const named = schemaFrom(config);
  const schema = named ?? defaultSchema;
  const completeUrl = DATABASE_URL && withSchema(DATABASE_URL, schema);
  return {
    DATABASE_SCHEMA: schema,
    isSchemaNamed: named !== undefined,
    DATABASE_URL: completeUrl && DATABASE_LISTEN_URL !== undefined ? throughPooler(completeUrl) : completeUrl,
    DATABASE_LISTEN_URL: DATABASE_LISTEN_URL && withSchema(DATABASE_LISTEN_URL, schema),
  };
}

/**
 * The schema that the setting names, else the one of the URLs; undefined where nothing does. The application's Prisma
 * may read the same URL, so the setting takes precedence, and `public`, which Prisma writes into each new URL, is
 * ignored. Throws ConfigError where the URLs name two.
 */
function schemaFrom(config: Environment): string | undefined {
  if (config.DATABASE_SCHEMA) return config.DATABASE_SCHEMA;
  const named = (['DATABASE_URL', 'DATABASE_LISTEN_URL'] as const).flatMap((name) => {
    const schema = schemaIn(config[name] ?? '');
    return schema === undefined || schema === DEFAULT_SCHEMA ? [] : [{ name, schema }];
  });
  const [first, other] = named;
  if (first && other && first.schema !== other.schema) {
    throw new ConfigError(
      `${first.name} names the schema "${first.schema}" and ${other.name} the schema "${other.schema}"; name one`,
    );
  }
  return first?.schema;
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
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([name, label]) => `${name}=${label}`)
      .join(',');
  }
  return String(value);
}
