import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  ConfigError,
  configEnvironment,
  describeConfig,
  embeddedConfig,
  readConfig,
  secretSettings,
  unknownSettings,
  withoutSecretSettings,
} from './config.js';

it('works with nothing set', () => {
  expect(readConfig({})).toMatchObject({ PORT: 3000, HOST: '127.0.0.1', JOBS_RUNNER: true, JOBS_CONCURRENCY: 10 });
});

it('takes an empty variable for one that is not set', () => {
  expect(readConfig({ PORT: '', DATABASE_URL: '' })).toEqual(readConfig({}));
});

describe('a wrong value is one line that names its variable', () => {
  it.each([
    ['PORT', 'eighty'],
    ['PORT', '70000'],
    ['DATABASE_URL', 'mysql://localhost/x'],
    ['DATABASE_SCHEMA', 'Jobs'],
    ['DATABASE_SCHEMA', 'pg_jobs'],
    ['JWT_SECRET', 'short'],
    ['JOBS_RUNNER', 'maybe'],
    ['JOBS_CONCURRENCY', '0'],
    ['LOG_LEVEL', 'loud'],
    ['SECOND_FACTOR_FOR', 'ADMIN,BOSS'],
    ['ADMIN_EMAIL', 'not an address'],
    ['PUBLIC_URL', 'https://ops.example.com/jobs-admin'],
  ])('%s=%s', (name, value) => {
    const read = () => readConfig({ [name]: value });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(new RegExp(`^${name}: .*$`));
  });

  it('that takes runs back before they could beat twice', () => {
    expect(() => readConfig({ JOBS_STALLED_AFTER_MS: '40000' })).toThrow(/JOBS_STALLED_AFTER_MS .* JOBS_HEARTBEAT_MS/);
  });
});

it('names variables that resemble settings', () => {
  expect(unknownSettings({ JOBS_STANBY: 'on', JOBS_RUNNER: 'off', HOME: '/root' })).toEqual([
    'JOBS_STANBY is no setting; did you mean JOBS_STANDBY?',
  ]);
});

it('takes on and off as true and false where settings are given in code', () => {
  expect(embeddedConfig('postgres://localhost/shop', { JOBS_STANDBY: true, JOBS_SCHEDULER: false })).toMatchObject({
    JOBS_STANDBY: true,
    JOBS_SCHEDULER: false,
  });
});

it('reads the same again from what a child process is given', () => {
  const config = readConfig({
    JOBS_RUNNER: 'off',
    PORT: '0',
    JWT_SECRET: 'x'.repeat(32),
    PUBLIC_URL: 'https://jobs.example.com',
    DATABASE_URL: 'postgres://localhost/shop?sslmode=disable',
    DATABASE_SCHEMA: 'job_manager',
  });
  expect(readConfig(configEnvironment(config))).toEqual(config);
});

it('stands in the documents, every variable with its default and meaning', () => {
  const document = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
  for (const { name, fallback, description } of describeConfig()) {
    expect(document).toContain(`| \`${name}\` | ${fallback && `\`${fallback}\``} | ${description} |`);
  }
});

describe('the schema of the tables', () => {
  const url = 'postgres://localhost/shop';
  const schemaOf = (env: NodeJS.ProcessEnv) => readConfig(env).DATABASE_SCHEMA;

  it('is that of the URL where no setting names one, else public in a clone and job_manager in an application', () => {
    expect(schemaOf({ DATABASE_URL: url })).toBe('public');
    expect(schemaOf({ DATABASE_URL: `${url}?schema=jobs` })).toBe('jobs');
    expect(schemaOf({ DATABASE_URL: `${url}?schema=jobs`, DATABASE_SCHEMA: 'jobs' })).toBe('jobs');
    expect(readConfig({ DATABASE_URL: url, DATABASE_SCHEMA: 'jobs' }).DATABASE_URL).toBe(`${url}?schema=jobs`);
    expect(embeddedConfig(url)).toMatchObject({ DATABASE_URL: `${url}?schema=job_manager`, isSchemaNamed: false });
    expect(embeddedConfig(url, { DATABASE_SCHEMA: 'public' })).toMatchObject({
      DATABASE_URL: url,
      isSchemaNamed: true,
    });
    expect(embeddedConfig(`${url}?schema=jobs`)).toMatchObject({
      DATABASE_SCHEMA: 'jobs',
      DATABASE_URL: `${url}?schema=jobs`,
    });
  });

  it('may share the URL of an application whose Prisma has its tables in another one', () => {
    const theirs = `${url}?schema=public`;
    expect(embeddedConfig(theirs)).toMatchObject({ DATABASE_URL: `${url}?schema=job_manager`, isSchemaNamed: false });
    for (const shared of [theirs, `${url}?schema=app`]) {
      expect(embeddedConfig(shared, { DATABASE_SCHEMA: 'jobs' })).toMatchObject({
        DATABASE_SCHEMA: 'jobs',
        DATABASE_URL: `${url}?schema=jobs`,
      });
    }
    expect(schemaOf({ DATABASE_URL: `${url}?schema=app`, DATABASE_SCHEMA: 'public' })).toBe('public');
  });

  it.each([
    [
      { DATABASE_URL: `${url}?schema=a`, DATABASE_LISTEN_URL: `${url}?schema=b` },
      'DATABASE_URL names the schema "a" and DATABASE_LISTEN_URL the schema "b"; name one',
    ],
    [{ DATABASE_URL: `${url}?schema=A%20b` }, 'DATABASE_URL: its schema must be lower case'],
    [{ DATABASE_URL: 'postgres://me@one:5432,two:5432/shop' }, 'DATABASE_URL: names several hosts'],
  ])('is refused where there are two or none that can be: %o', (env, message) => {
    expect(() => readConfig(env)).toThrow(message);
    expect(() => readConfig(env)).toThrow(/^[^\n]*$/);
  });
});

it('keeps every setting that is a secret from job code, and nothing else', () => {
  const named = describeConfig().flatMap(({ name }) => (/SECRET|PASSWORD|TOKEN|_KEY$/.test(name) ? [name] : []));
  expect(named).toEqual(expect.arrayContaining(['JWT_SECRET', 'ADMIN_PASSWORD', 'METRICS_TOKEN']));
  expect(secretSettings).toEqual(expect.arrayContaining(named));
  const env = Object.fromEntries([...secretSettings, 'PATH', 'DATABASE_URL'].map((name) => [name, 'x']));
  expect(withoutSecretSettings(env)).toEqual({ PATH: 'x', DATABASE_URL: 'x' });
});
