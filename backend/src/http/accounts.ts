import type { HostUsers } from '../auth/host-users.js';
import type { SessionIdentity, Sessions } from '../auth/sessions.js';
import { type CallContext, personOf } from './context.js';
import { HttpProblem } from './problem.js';

/** Our own people and their sessions. Refuses where people are the business of the application that embeds us. */
export function ownSessions(sessions: Sessions | HostUsers): Sessions {
  if (sessions.accounts === 'own') return sessions;
  throw ofTheHost();
}

/** The session that somebody calls with. Refuses as `ownSessions` does. */
export function sessionOf(context: CallContext): SessionIdentity {
  const person = personOf(context);
  if (person.via === 'host') throw ofTheHost();
  return person;
}

const ofTheHost = () =>
  new HttpProblem(
    'HOST_ACCOUNTS',
    'People, passwords and sign-in belong to the application that Job Manager is part of.',
  );
