import { randomUUID } from 'node:crypto';
import { addDestination, changeDestination, type DestinationRow } from '@job-manager/engine/store/alerts/destinations';
import type { AuditPerson } from '@job-manager/engine/store/audit';
import type { Sql } from '@job-manager/engine/store/sql';
import type { GivenDestination } from '@job-manager/shared/contract/alerts/destinations';
import { type DestinationSecrets, makeSigningKey, type WebhookSecret } from './destination-secrets.js';

export interface SaveDeps {
  sql: Sql;
  secrets: DestinationSecrets;
}

/** What was saved; the signing key where it is a new one, for it is never shown again. */
export interface SavedDestination {
  id: string;
  signingKey: string | null;
}

/** As lists show it: of a webhook the host alone, for the rest of its address is mostly a secret. */
const targetOf = ({ emails = [], url }: { emails?: string[]; url?: string }): string =>
  (url === undefined ? emails.join(', ') : new URL(url).host).slice(0, 300);

/** Saves a destination; null where there are too many. Throws NoKey, and 23505 for a name that is taken. */
export async function createDestination(
  { sql, secrets }: SaveDeps,
  { name, kind, emails = [], url }: GivenDestination,
  person: AuditPerson,
): Promise<SavedDestination | null> {
  const id = randomUUID();
  const signingKey = kind === 'WEBHOOK' ? makeSigningKey() : null;
  const secret = url === undefined ? null : await secrets.encrypt(id, { url, ...(signingKey && { signingKey }) });
  const content = { id, kind, name, target: targetOf({ emails, url }), emails, secret };
  return (await addDestination(sql, content, person)) ? { id, signingKey } : null;
}

export interface DestinationChange {
  name: string;
  emails?: string[];
  url?: string;
  renewSecret: boolean;
  rev: number;
}

/**
 * Changes a destination, an address that is left out stays; null where it isn't of this `rev` any more. Throws NoKey,
 * UnreadableSecret, and 23505 for a name that is taken.
 */
export async function updateDestination(
  { sql, secrets }: SaveDeps,
  row: DestinationRow,
  { name, emails = row.emails, url, renewSecret, rev }: DestinationChange,
  person: AuditPerson,
): Promise<SavedDestination | null> {
  const { id, kind } = row;
  if (kind === 'EMAIL') {
    const content = { id, rev, name, emails, target: targetOf({ emails }), secret: null };
    return (await changeDestination(sql, content, person)) ? { id, signingKey: null } : null;
  }
  const isSame = url === undefined && !renewSecret;
  const signingKey = kind === 'WEBHOOK' && renewSecret ? makeSigningKey() : null;
  const secret = isSame
    ? row.secret
    : await secrets.encrypt(id, await changedSecret(secrets, row, { url, signingKey }));
  const target = url === undefined ? row.target : targetOf({ url });
  const isChanged = await changeDestination(sql, { id, rev, name, emails: [], target, secret }, person);
  return isChanged ? { id, signingKey } : null;
}

async function changedSecret(
  secrets: DestinationSecrets,
  { id, kind, secret }: DestinationRow,
  { url, signingKey }: { url: string | undefined; signingKey: string | null },
): Promise<WebhookSecret> {
  // Nothing of the old one is needed, so one that can't be read any more can be put right.
  if (url !== undefined && (signingKey !== null || kind === 'SLACK')) return { url, ...(signingKey && { signingKey }) };
  if (secret === null) throw new Error('A webhook has a secret');
  const before = await secrets.decrypt(id, secret);
  return {
    url: url ?? before.url,
    ...((signingKey ?? before.signingKey) && { signingKey: signingKey ?? before.signingKey }),
  };
}
