import { randomUUID } from 'node:crypto';
import { addTestDelivery } from '../store/alerts/deliveries.js';
import type { DestinationRow } from '../store/alerts/destinations.js';
import { type AuditPerson, recordAudit } from '../store/audit.js';
import type { Sql } from '../store/sql.js';
import type { AlertSender, Attempt } from './send.js';
import { testMessage } from './test-message.js';

/** Sends a test message now, and keeps how it went as the last message of the destination and in the audit log. */
export async function testDestination(
  { sql, sender }: { sql: Sql; sender: AlertSender },
  destination: DestinationRow,
  person: AuditPerson,
): Promise<Attempt> {
  const attempt = await sender.send(destination, testMessage(`test-${randomUUID()}`));
  await addTestDelivery(sql, destination, attempt);
  const details = { ok: attempt.ok, detail: attempt.detail.slice(0, 300) };
  await recordAudit(sql, { ...person, action: 'alert-destination.test', target: destination.name, details });
  return attempt;
}
