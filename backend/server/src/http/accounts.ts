import type { HostUsers } from '../auth/host-users.js';
import type { SessionIdentity } from '../auth/identity.js';
import { findWeakness, type PasswordOwner } from '../auth/password-rules.js';
import type { Sessions } from '../auth/sessions.js';
import { type CallContext, personOf } from './context.js';
import { HttpProblem } from './problem.js';

/** Our own people and their sessions. Refuses where people are the business of the application that embeds us. */
export function ownSessions(sessions: Sessions | HostUsers): Sessions {
  if (sessions.accounts === 'own') return sessions;
  throw ofTheHost();
}

/** The session of the call. Refuses as `ownSessions` does. */
export function sessionOf(context: CallContext): SessionIdentity {
  const person = personOf(context);
  if (person.via === 'host') throw ofTheHost();
  return person;
}

/** Refuses a password that would be guessed first; `field` is its name in the request. */
export async function refuseWeakPassword(password: string, owner: PasswordOwner, field: string): Promise<void> {
  const weakness = await findWeakness(password, owner);
  if (weakness === null) return;
  const issues = [{ path: field, message: weakness }];
  throw new HttpProblem('INVALID_INPUT', `The password ${weakness}.`, { field, issues });
}

const ofTheHost = () =>
  new HttpProblem(
    'HOST_ACCOUNTS',
    'People, passwords and sign-in belong to the application that Job Manager is part of.',
  );
