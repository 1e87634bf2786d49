import type { Connection } from '../bulk-insert.js';
import type { UserRow } from '../profiles.js';
import { mark } from './sample-rows.js';

/** Makes accounts of members who are to have asked for runs, without a role or a password, and returns their ids. */
export async function writePeople(connection: Connection, members: readonly UserRow[]): Promise<number[]> {
  const ids: number[] = [];
  for (const { email, createdAt } of members) {
    const { rows } = await connection.query('INSERT INTO "User" (email, "createdAt") VALUES ($1, $2) RETURNING id', [
      email,
      new Date(createdAt),
    ]);
    ids.push(Number(rows[0]?.id));
  }
  await mark(connection, 'person', ids.map(String));
  return ids;
}
