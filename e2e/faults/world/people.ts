import { randomUUID } from 'node:crypto';
import type { Sql } from '@job-manager/engine/store/sql';
import { signToken } from '@job-manager/server/auth/tokens';
import type { UserRole } from '@job-manager/shared/roles';

/** The key that the servers of this suite sign sessions with. */
export const SECRET = 'known only to the tests of faults';

export interface Person {
  id: number;
  email: string;
}

let lastId = 1_234_567_000;

/**
 * A new person, without a password: checking one takes its time, and is limited. Their id is beyond all that a
 * fuzzer is likely to draw, so that it never disables them by chance.
 */
export async function createPerson(sql: Sql, role: UserRole): Promise<Person> {
  const email = `${role.toLowerCase()}-${randomUUID()}@example.test`;
  const id = ++lastId;
  await sql.query(`INSERT INTO "User" (id, email, role) VALUES ($1, $2, $3)`, [id, email, role]);
  return { id, email };
}

/** The token of a session that was created without signing in. */
export async function beginSessionOf(sql: Sql, userId: number): Promise<string> {
  const begun = await sql.query<{ sessionId: string; tokenVersion: number; expiresAt: Date }>(BEGIN, [userId]);
  const session = begun.rows[0];
  if (!session) throw new Error(`There is no user ${userId}`);
  return signToken(new TextEncoder().encode(SECRET), { ...session, userId }, session.expiresAt);
}

const BEGIN = `
WITH begun AS (
  INSERT INTO "Session" ("userId", "expiresAt") VALUES ($1, clock_timestamp() + interval '1 day')
  RETURNING id, "userId", "expiresAt"
)
SELECT begun.id AS "sessionId", u."tokenVersion", begun."expiresAt" FROM begun JOIN "User" u ON u.id = begun."userId"`;
