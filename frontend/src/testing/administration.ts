import type { AuditEvent } from '@job-manager/shared/contract/audit';
import type { ClientErrorGroup, ClientErrorOccurrence } from '@job-manager/shared/contract/errors';
import type { AccessRole } from '@job-manager/shared/contract/roles';
import type { ApiToken } from '@job-manager/shared/contract/tokens';
import type { Account } from '@job-manager/shared/contract/users';
import { HttpResponse, http } from 'msw';
import { ago } from './a-run';
import { backend, operator } from './backend';

let lastId = 100;

export function anAccount(part: Partial<Account> = {}): Account {
  lastId += 1;
  return {
    id: lastId,
    email: `person${lastId}@example.com`,
    role: 'ADMIN',
    accessRole: null,
    canSignIn: true,
    secondFactor: false,
    disabledAt: null,
    createdAt: ago(86_400 * 30),
    lastSignInAt: ago(3_700),
    sessions: 1,
    ...part,
  };
}

/** The account of the person who is signed in. */
export const ownAccount = (part: Partial<Account> = {}): Account => anAccount({ ...operator, ...part });

export function aToken(part: Partial<ApiToken> = {}): ApiToken {
  lastId += 1;
  return {
    id: `00000000-0000-4000-8000-${String(lastId).padStart(12, '0')}`,
    name: `program ${lastId}`,
    prefix: 'jm_AbCdEfG',
    permissions: ['view', 'run'],
    jobPatterns: null,
    createdBy: { id: operator.id, email: operator.email },
    createdAt: ago(86_400 * 3.5),
    expiresAt: ago(-86_400 * 30.2),
    lastUsedAt: ago(70),
    lastUsedIp: '192.0.2.7',
    revokedAt: null,
    revokedBy: null,
    ...part,
  };
}

export function anAuditEvent(part: Partial<AuditEvent> = {}): AuditEvent {
  lastId += 1;
  return {
    id: String(lastId),
    at: ago(130),
    actorId: operator.id,
    actor: operator.email,
    action: 'run.cancel',
    jobRunId: '12847',
    target: null,
    details: { reason: 'no longer needed' },
    ip: '192.0.2.7',
    userAgent: 'Mozilla/5.0',
    ...part,
  };
}

export function anErrorGroup(part: Partial<ClientErrorGroup> = {}): ClientErrorGroup {
  lastId += 1;
  return {
    fingerprint: lastId.toString(16).padStart(16, '0'),
    level: 'error',
    message: 'Failed to fetch',
    action: 'enqueueJob',
    component: 'RunJobModal',
    count: 14,
    users: 3,
    firstSeenAt: ago(90_000),
    lastSeenAt: ago(130),
    pages: [
      { path: '/admin/jobs', count: 12 },
      { path: '/admin/dashboard', count: 2 },
    ],
    rate: [0, 2, 12, 0],
    previousCount: 7,
    versions: [{ version: '0.1.0', count: 14 }],
    ...{ state: 'OPEN' as const, stateBy: null, stateAt: null, note: null, cameBackAt: null },
    ...part,
  };
}

export function anOccurrence(part: Partial<ClientErrorOccurrence> = {}): ClientErrorOccurrence {
  lastId += 1;
  return {
    id: String(lastId),
    at: ago(130),
    message: 'Failed to fetch',
    stack: 'TypeError: Failed to fetch\n    at enqueue (panel.js:1:2)',
    component: 'RunJobModal',
    jobName: 'match-scores',
    jobRunId: '12847',
    parameters: { batchSize: 100 },
    url: 'https://jobs.example/admin/jobs',
    userAgent: 'Mozilla/5.0',
    user: operator.email,
    version: '0.1.0',
    count: 1,
    ...part,
  };
}

export function aRole(part: Partial<AccessRole> = {}): AccessRole {
  lastId += 1;
  return {
    id: `00000000-0000-4000-8000-${String(lastId).padStart(12, '0')}`,
    name: `role ${lastId}`,
    permissions: ['view', 'run'],
    jobPatterns: null,
    people: 0,
    createdAt: ago(86_400),
    updatedAt: ago(86_400),
    ...part,
  };
}

/** Answers the list of own roles. */
export const serveRoles = (...roles: AccessRole[]): void =>
  backend.use(http.get('/api/admin/roles', () => HttpResponse.json({ roles })));

/** Answers the list of people; its requests are kept in `world.calls`. */
export function serveAccounts(accounts: () => Account[], total?: number): void {
  serveRoles();
  backend.use(
    http.get('/api/admin/users', ({ request }) => {
      const query = new URL(request.url).searchParams;
      const search = query.get('search') ?? '';
      const role = query.get('role');
      const users = accounts().filter((one) => one.email.includes(search) && (role ?? one.role) === one.role);
      const page = Number(query.get('page'));
      return HttpResponse.json({ users: users.slice(0, 50), total: total ?? users.length, page, pageSize: 50 });
    }),
  );
}

/** Answers a call that changes something, and keeps what it received. */
export function acceptPost(path: string, answer: (body: unknown) => Response): unknown[] {
  const bodies: unknown[] = [];
  backend.use(
    http.post(path, async ({ request }) => {
      const body: unknown = await request.json().catch(() => undefined);
      bodies.push(body);
      return answer(body) as never;
    }),
  );
  return bodies;
}
