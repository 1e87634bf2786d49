import type { IncomingMessage } from 'node:http';
import { findRoleByName } from '@job-manager/engine/store/access-roles';
import { type HostPerson, writeHostUser } from '@job-manager/engine/store/host-users';
import type { SessionOrigin } from '@job-manager/engine/store/sessions';
import type { Sql } from '@job-manager/engine/store/sql';
import { checkInput, describeIssues } from '@job-manager/shared/check-input';
import type { CurrentUser } from '@job-manager/shared/contract/auth';
import { permissionsOf } from '@job-manager/shared/permissions';
import { type UserRole, userRoles } from '@job-manager/shared/roles';
import { ONE_PLAIN_LINE } from '@job-manager/shared/terminal-text';
import * as z from 'zod';
import { authenticateToken, isApiToken } from './api-tokens.js';
import type { Identity } from './identity.js';
import { readBearer } from './request.js';
import { ownPermissions } from './sessions.js';

// It is shown in lists, logs and files: what no text column can hold, or what breaks a line, would spoil all of them.
const text = (most: number) => z.string().min(1).max(most).regex(ONE_PLAIN_LINE, 'has a control character');

const hostUser = z
  .object({
    id: z.union([text(200), z.number().int()]).transform(String),
    email: text(254).optional(),
    role: z.enum(userRoles).optional(),
    ownRole: text(60).optional(),
  })
  .refine(({ role, ownRole }) => (role === undefined) !== (ownRole === undefined), {
    path: ['role'],
    message: 'needs a built-in role, or the name of an own one as `ownRole`, and not both',
  });
/**
 * A user of the application that embeds us: their id there, what to show them by (the id where left out), and what they
 * may do here: a built-in role, or the name of one that was made in the panel.
 */
export type HostUser = { id: string | number; email?: string | undefined } & (
  | { role: UserRole; ownRole?: undefined }
  | { role?: undefined; ownRole: string }
);

/** Returns who makes a request, as the host application identifies the person; null for no person. */
export type Identify = (request: IncomingMessage) => HostUser | null | undefined | Promise<HostUser | null | undefined>;

/** The host application could not identify who makes a request. */
export class IdentifyFailed extends Error {}

/** People and how they sign in are the host application's. Takes the place of `Sessions`. */
export interface HostUsers {
  accounts: 'host';
  /**
   * The host application doesn't report when a person signs out or loses a role there, so open sockets are checked
   * again this often.
   */
  recheckMs: number;
  /** As `Sessions.authenticate`; throws IdentifyFailed where the application fails to answer. */
  authenticate(request: IncomingMessage, from?: SessionOrigin): Promise<Identity | null>;
}

const RECHECK_MS = 30_000;
const ANSWER_WITHIN_MS = 10_000;
/** A row is written again after this long, in case it was removed. */
const KNOWN_FOR_MS = 60_000;
const MAX_KNOWN = 1_000;

/** Finds users with the host application's own function. API tokens stay ours. */
export function createHostUsers({ sql, identify }: { sql: Sql; identify: Identify }): HostUsers {
  const rowOf = createRows(sql);
  return {
    accounts: 'host',
    recheckMs: RECHECK_MS,
    authenticate: async (request, from) => {
      const bearer = readBearer(request);
      if (bearer !== undefined && isApiToken(bearer)) return authenticateToken(sql, bearer, from?.ip ?? null);
      const person = await callIdentify(identify, request);
      if (person === null) return null;
      const [user, access] = await Promise.all([rowOf(person), accessOf(sql, person)]);
      return { user, apiToken: null, ...access, pending: [], via: 'host' };
    },
  };
}

interface IdentifiedPerson extends HostPerson {
  ownRole: string | undefined;
}

/** What a person may do: an own role is read for each call, so that a change of it counts from the next one on. */
async function accessOf(sql: Sql, { role, ownRole }: IdentifiedPerson) {
  if (ownRole === undefined) return { roleName: null, permissions: permissionsOf[role], jobPatterns: null };
  const found = await findRoleByName(sql, ownRole);
  if (!found) throw new IdentifyFailed(`identify names the own role ${JSON.stringify(ownRole)}, which there is not`);
  return { roleName: found.name, permissions: ownPermissions(found.permissions), jobPatterns: found.jobPatterns };
}

async function callIdentify(identify: Identify, request: IncomingMessage): Promise<IdentifiedPerson | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`identify took longer than ${ANSWER_WITHIN_MS} ms`)), ANSWER_WITHIN_MS);
  });
  try {
    const answer = await Promise.race([Promise.resolve().then(() => identify(request)), late]);
    if (answer === null || answer === undefined) return null;
    const checked = checkInput(hostUser, answer, 'field of a user');
    if (!checked.success)
      throw new IdentifyFailed(`identify returned a value that is no user: ${describeIssues(checked.issues)}`);
    // A person with an own role is no operator by a built-in one, as with our own people.
    const { id, email = id, role = 'USER', ownRole } = checked.data;
    return { externalId: id, email, role, ownRole };
  } catch (error) {
    if (error instanceof IdentifyFailed) throw error;
    throw new IdentifyFailed('identify could not name who makes a request', { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** Rows of people, written when a person is first seen, or seen changed. */
function createRows(sql: Sql): (person: HostPerson) => Promise<CurrentUser> {
  const known = new Map<string, { person: HostPerson; user: CurrentUser; at: number }>();
  return async (person) => {
    const found = known.get(person.externalId);
    if (found && isSame(found.person, person) && performance.now() - found.at < KNOWN_FOR_MS) return found.user;
    const user = await writeHostUser(sql, person);
    known.delete(person.externalId);
    known.set(person.externalId, { person, user, at: performance.now() });
    const [oldest] = known.keys();
    if (oldest !== undefined && known.size > MAX_KNOWN) known.delete(oldest);
    return user;
  };
}

const isSame = (one: HostPerson, other: HostPerson): boolean => one.email === other.email && one.role === other.role;
