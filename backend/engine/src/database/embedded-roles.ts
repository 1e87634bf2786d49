import { createHmac, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PRISMA } from '../assets.js';
import { sessionOf } from './database-client.js';
import { OwnClient } from './own-client.mjs';

// The embedded PostgreSQL has two roles: its owner, who applies migrations, and that of server, workers and job code.

/** A role and its password. */
export interface Login {
  user: string;
  password: string;
}

export interface Logins {
  /** Superuser, and owner of all tables. */
  owner: Login;
  /** Owns nothing; its rights are those of `prisma/application-role.sql`. */
  application: Login;
}

const APPLICATION_ROLE = 'job_manager_app';
const GRANTS = join(PRISMA, 'application-role.sql');
/** Any number that no other program uses for an advisory lock: two that grant the same at once fail with "tuple concurrently updated". */
const GRANT_LOCK = 7_021_986;

/** The roles of the database that lives there. */
export async function readLogins(home: string): Promise<Logins> {
  const file = join(home, 'password');
  await writeFile(file, randomBytes(24).toString('hex'), { mode: 0o600, flag: 'wx' }).catch(() => {});
  const password = await readFile(file, 'utf8');
  return {
    owner: { user: 'postgres', password },
    // Job code has this role, and must not be able to get the owner's.
    application: {
      user: APPLICATION_ROLE,
      password: createHmac('sha256', password).update(APPLICATION_ROLE).digest('hex'),
    },
  };
}

/** Makes database and application role where they are missing, with the owner's address of any database of that server. */
export async function makeDatabase(ownerUrl: string, database: string): Promise<void> {
  await asOwner(ownerUrl, async (client) => {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${database}`);
  });
}

/** Creates the application role, or restores its password and limits: a role may change its own password. */
export async function makeApplicationRole(ownerUrl: string, { user, password }: Login): Promise<void> {
  await asOwner(ownerUrl, async (client) => {
    const found = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [user]);
    const verb = found.rowCount === 0 ? 'CREATE' : 'ALTER';
    await client.query(
      `${verb} ROLE ${user} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD '${password}'`,
    );
  });
}

/** Gives the application role its rights on the tables that the schema of this URL has now: after each migration. */
export async function grantApplicationRights(ownerUrl: string): Promise<void> {
  const grants = await readFile(GRANTS, 'utf8');
  await asOwner(ownerUrl, async (client) => {
    await client.query(`BEGIN; SELECT pg_advisory_xact_lock(${GRANT_LOCK})`);
    await client.query(grants);
    await client.query('COMMIT');
  });
}

async function asOwner(url: string, work: (client: OwnClient) => Promise<void>): Promise<void> {
  const client = new OwnClient({ connectionString: url, session: sessionOf(url) });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
