import { channels } from '../channels.js';
import type { Sql } from '../sql.js';

/** Notifies servers that incidents or messages of them changed. When it is lost, servers notice at their next poll. */
export async function notifyAlerts(sql: Sql): Promise<void> {
  await sql.query("SELECT pg_notify($1, '')", [channels.alerts]).catch(() => {});
}
