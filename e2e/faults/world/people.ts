import { randomUUID } from 'node:crypto';
import { signToken } from '@job-manager/backend/auth/tokens';
import type { Sql } from '@job-manager/backend/store/sql';
import type { UserRole } from '@job-manager/shared/roles';

/** The key that the servers of this suite sign sessions with. */
export const SECRET = 'known to nobody but the tests of faults';

export interface Person {
  id: number;
  email: string;
}

/** Somebody new, without a password: checking one takes its time, and is limited. */
export async function createPerson(sql: Sql, role: UserRole): Promise<Person> {
  const email = `${role.toLowerCase()}-${randomUUID()}@example.test`;
  const made = await sql.query<Person>(`INSERT INTO "User" (email, role) VALUES ($1, $2) RETURNING id, email`, [
    email,
    role,
  ]);
  return made.rows[0] as Person;
}

/** The token of a session that nobody had to sign in for. */
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
