import {
  type ListedDestination,
  listDestinations,
  MAX_DESTINATIONS,
  removeDestination,
} from '@job-manager/engine/store/alerts/destinations';
import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import { alertSenderOf } from '../alerts/agent.js';
import { createDestinationSecrets, NoKey } from '../alerts/destination-secrets.js';
import { createDestination, type SavedDestination, updateDestination } from '../alerts/save-destination.js';
import { testDestination } from '../alerts/test-destination.js';
import { UnreadableSecret } from '../auth/encryption.js';
import { presentDestination } from '../present/alerts.js';
import { auditPersonOf, type CallContext, type HttpDeps } from './context.js';
import { HttpProblem } from './problem.js';
import { explainTakenName } from './taken-name.js';

const os = implement(contract.alerts).$context<CallContext>();

/** Where messages of incidents are sent. */
export function createDestinationCalls({ pool, config, host }: HttpDeps) {
  const secrets = createDestinationSecrets(config, { isEmbedded: host !== undefined });
  const sender = alertSenderOf(config, host?.publicPath);
  const present = (row: ListedDestination) => presentDestination(row, sender.problemOf(row));
  const find = async (id: string): Promise<ListedDestination> => {
    const [row] = await listDestinations(pool, id);
    if (!row) throw new HttpProblem('NOT_FOUND', 'There is no such destination.');
    return row;
  };
  const saved = async ({ id, signingKey }: SavedDestination) => ({
    destination: present(await find(id)),
    secret: signingKey,
  });

  return {
    destinations: os.destinations.handler(async () => ({
      destinations: (await listDestinations(pool)).map(present),
      emailProblem: sender.problemOf({ kind: 'EMAIL' }),
    })),

    createDestination: os.createDestination.handler(async ({ input, context }) => {
      const person = auditPersonOf(context);
      const made = await createDestination({ sql: pool, secrets }, input, person).catch(explainRefusal);
      if (made) return saved(made);
      throw new HttpProblem('NOT_ALLOWED', `There are ${MAX_DESTINATIONS} destinations already; remove some first.`);
    }),

    changeDestination: os.changeDestination.handler(async ({ input: { destinationId, ...change }, context }) => {
      const row = await find(destinationId);
      const unwanted = row.kind === 'EMAIL' ? 'url' : 'emails';
      if (change[unwanted] !== undefined)
        throw new HttpProblem('INVALID_INPUT', `${unwanted}: belongs to destinations of another kind`, {
          field: unwanted,
        });
      const person = auditPersonOf(context);
      const made = await updateDestination({ sql: pool, secrets }, row, change, person).catch(explainRefusal);
      if (made) return saved(made);
      const message = 'The destination was changed meanwhile; nothing of this change was kept.';
      throw new HttpProblem('CHANGED', message, { current: present(await find(destinationId)) });
    }),

    removeDestination: os.removeDestination.handler(async ({ input, context }) => {
      if (await removeDestination(pool, input.destinationId, auditPersonOf(context))) return { removed: true as const };
      throw new HttpProblem('NOT_FOUND', 'There is no such destination.');
    }),

    testDestination: os.testDestination.handler(async ({ input, context }) => {
      const row = await find(input.destinationId);
      return testDestination({ sql: pool, sender }, row, auditPersonOf(context));
    }),
  };
}

function explainRefusal(error: unknown): never {
  if (error instanceof NoKey) throw new HttpProblem('NOT_ALLOWED', error.message);
  if (error instanceof UnreadableSecret) {
    const message =
      'Its stored secrets can no longer be decrypted, for the key has changed: enter the address again, and for a webhook a new secret.';
    throw new HttpProblem('NOT_ALLOWED', message);
  }
  return explainTakenName('destination')(error);
}
