import { randomUUID } from 'node:crypto';
import { addTestDelivery } from '@job-manager/engine/store/alerts/deliveries';
import type { DestinationRow } from '@job-manager/engine/store/alerts/destinations';
import { type AuditPerson, recordAudit } from '@job-manager/engine/store/audit';
import type { Sql } from '@job-manager/engine/store/sql';
import type { Notice } from './message.js';
import type { AlertSender, Attempt } from './send.js';

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

/** A notice that only tries a destination. */
const testMessage = (key: string): Notice => ({
  key,
  messages: [
    {
      event: 'test',
      incident: {
        ...{ id: '0', rule: '', kind: 'health', severity: 'WARNING', title: 'Test', cause: '' },
        ...{ jobName: null, channel: null, fingerprint: null, lastRunId: null, count: null },
        ...{ openedAt: new Date(0).toISOString(), closedAt: null, closedBy: null },
      },
    },
  ],
});
