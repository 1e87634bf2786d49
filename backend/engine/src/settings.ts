import { userRoles } from '@job-manager/shared/roles';
import * as z from 'zod';
import { DEFAULT_SCHEMA, schemaIn } from './database/schema.js';
import { compileTrust } from './proxy-trust.js';

/** In code, where settings are given as an object, also true and false. */
const onOff = z.union([z.boolean(), z.enum(['on', 'off']).transform((value) => value === 'on')], 'must be on or off');
const milliseconds = (fallback: number, least = 1) =>
  z.coerce.number().int().min(least).max(86_400_000).default(fallback);

const days = (fallback: number) => z.coerce.number().int().min(0).max(36_500).default(fallback);
const runs = (fallback: number) => z.coerce.number().int().min(0).max(1_000_000_000).default(fallback);

const LABELS_RULE = 'must be names with values, such as region=eu-west,team=media, at most 20 of 60 characters each';

/** In code, also an object. */
const labels = z
  .union([
    z.record(z.string(), z.string()),
    z.string().transform((text) => Object.fromEntries(text.split(',').flatMap(labelOf))),
  ])
  .default({})
  .refine(areLabels, LABELS_RULE);

function labelOf(text: string): [string, string][] {
  if (text.trim() === '') return [];
  const [name = '', ...value] = text.split('=');
  return [[name.trim(), value.join('=').trim()]];
}

function areLabels(given: Record<string, string>): boolean {
  const entries = Object.entries(given);
  return entries.length <= 20 && entries.every((parts) => parts.every((part) => part.length > 0 && part.length <= 60));
}

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
export const environment = z.object({
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
    .describe(
      'Schema of its tables there, made when it is missing; that of DATABASE_URL (`?schema=`, `public` is ignored), else `job_manager`, in a clone `public`',
    ),
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
  JOBS_MAX_BUILT_IN: z.coerce
    .number()
    .int()
    .min(1)
    .max(50)
    .default(2)
    .describe('Runners that this server may run at once: the built-in one, and those started from the Runners page'),
  JOBS_SCHEDULER: onOff
    .default(true)
    .describe('Queue the runs of schedules that come due; off, due times wait for another process'),
  JOBS_STANDBY: onOff
    .default(false)
    .describe('Do nothing by itself, as for a copy of production: no runs, no schedules, no recovery, no maintenance'),
  JOBS_CONCURRENCY: z.coerce.number().int().min(1).max(1_000).default(10).describe('Runs at once, per runner'),
  JOBS_RUNNER_LABELS: labels.describe(
    'Labels that distinguish runners on the Runners page, such as region=eu-west,team=media; "region" also groups them',
  ),
  JOBS_SUPERVISED: onOff
    .default(false)
    .describe('Something starts this worker again when it ends with code 75, so it can be restarted from the panel'),
  JOBS_POLL_MS: milliseconds(1_000, 20).describe(
    'How often a runner polls for runs; a fifth as often while it receives notifications and nothing waits',
  ),
  JOBS_HEARTBEAT_MS: milliseconds(30_000, 20).describe('How often a runner proves that it lives'),
  JOBS_STALLED_AFTER_MS: milliseconds(300_000, 100).describe('Time without a heartbeat after which a run is recovered'),
  JOBS_SWEEP_MS: milliseconds(30_000, 20).describe('How often stalled runs are searched'),
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
    'Time without a report after which a run of an external program is failed',
  ),
  JOBS_MAX_INACTIVE_MS: milliseconds(3_600_000, 1_000).describe(
    'The longest `inactivityTimeoutMs` that a program may set; at most a day',
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
    // The database refuses to remove younger entries.
    .refine((value) => value === 0 || value >= 7, 'must be 0 or at least 7')
    .describe(
      'Days to keep sign-ins and refusals in the audit log, 7 or more; 0 keeps them for ever, as all other entries are',
    ),
  JOBS_MAINTENANCE_MS: milliseconds(300_000, 20).describe('How often one process removes what is past its time'),
  ALERTS_SMTP_URL: z
    .url({
      protocol: /^smtps?$/,
      error: 'must be the address of a mail server, such as smtp://user:password@mail.example.com:587',
    })
    .optional()
    .meta({
      description:
        'Mail server that alerts are sent by: `smtps://` uses TLS from the start, `smtp://` where the server offers it; without it no e-mail is sent',
      isSecret: true,
    }),
  ALERTS_FROM: z
    .email()
    .optional()
    .describe('Sender of e-mails; `job-manager@` and the host of `PUBLIC_URL`, or of the mail server, when not set'),
  ALERTS_SECRET_KEY: z.string().min(32, 'must have at least 32 characters').optional().meta({
    description:
      'Encrypts the addresses and secrets of webhooks in the database; when not set a key is derived from `JWT_SECRET`, and a Job Manager inside another application has no webhooks',
    isSecret: true,
  }),
  ALERTS_PRIVATE_ADDRESSES: onOff
    .default(false)
    .describe(
      'Let webhooks lead to private, loopback and link-local addresses, such as a chat server of the own network',
    ),
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
export type Environment = z.output<typeof environment>;
