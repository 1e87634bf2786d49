import type { AuditEvent } from '@job-manager/shared/contract/audit';
import type { CurrentUser, OwnSession } from '@job-manager/shared/contract/auth';
import type { ClientErrorReport } from '@job-manager/shared/contract/errors';
import { causeMuteKey, type FailureCause } from '@job-manager/shared/contract/failures';
import type { SystemHealth } from '@job-manager/shared/contract/health';
import type { Issue } from '@job-manager/shared/contract/issues';
import type { JobRunMessage, JobRunStep } from '@job-manager/shared/contract/message';
import type { RunnerPulse } from '@job-manager/shared/contract/metrics';
import type { JobDefinition, JobRun, JobStats } from '@job-manager/shared/contract/run';
import type { AutomaticCleanUp, GraphNode } from '@job-manager/shared/contract/run-lists';
import type { SystemEvent } from '@job-manager/shared/contract/system';
import type { GivenView, SavedView } from '@job-manager/shared/contract/views';
import type { IncidentEvent, IncidentNews, OpenIncidents } from '@job-manager/shared/incident-news';
import type { ServerMessage } from '@job-manager/shared/live';
import type { ClientMessage } from '@job-manager/shared/live-client';
import type { PendingStep } from '@job-manager/shared/pending-steps';
import { permissionsOf } from '@job-manager/shared/permissions';
import { HttpResponse, http, type JsonBodyType, ws } from 'msw';
import { setupServer } from 'msw/node';
import type { Upcoming } from '../admin/dashboard/calls';
import type { Badges } from '../api/badge-calls';
import type { AffectedRun } from '../api/recovery-queries';
import { aDefinition, ago, someStats } from './a-run';
import { someHealth } from './some-health';
import { serveMetrics } from './some-metrics';
import { type SystemStatus, someSystem } from './some-system';

type ActivityEntry =
  | { kind: 'audit'; at: string; event: AuditEvent }
  | { kind: 'message'; at: string; message: JobRunMessage };

/** The data of the pretended server; a test sets what it needs. */
interface World {
  user: CurrentUser | null;
  /** Jobs that they may act on; null for all. */
  jobPatterns: string[] | null;
  /** What they must do first. */
  pending: PendingStep[];
  /** Where they are signed in. */
  sessions: OwnSession[];
  secondFactor: { since: string | null; recoveryCodes: number; isDemanded: boolean };
  history: JobRun[];
  /** More runs than `history` holds, for the pages. */
  historyTotal: number | null;
  runs: JobRun[];
  /** The runs that hang together with any run. */
  graph: { nodes: GraphNode[]; edges: { from: string; to: string }[]; isCut: boolean };
  /** How long successful runs of any job take. */
  usual: { p50: number; p95: number; runs: number } | null;
  /** What was done to any run. */
  activity: ActivityEntry[];
  /** What runs have written, by their ids. */
  messages: Record<string, JobRunMessage[]>;
  definitions: JobDefinition[];
  stalledAfterMs: number;
  stats: JobStats;
  /** What acts on many would find. */
  automatic: AutomaticCleanUp;
  operations: Record<'running' | 'queued' | 'stalled' | 'stopping' | 'goneRunners' | 'freeSlots', number>;
  /** Why runs failed within a day. */
  failures: FailureCause[];
  /** Heartbeats of the last half hour. */
  pulse: RunnerPulse[];
  /** What needs an operator. */
  issues: Issue[];
  /** Until when issues are muted, by their keys. */
  mutes: Record<string, string>;
  /** How the parts of the installation are, where it is not as `someSystem` has it. */
  system: Partial<SystemStatus>;
  systemEvents: SystemEvent[];
  /** What comes due next. */
  upcoming: Upcoming[];
  health: SystemHealth;
  /** Saved filters of lists. */
  views: SavedView[];
  /** Figures beside the navigation. */
  badges: Pick<Badges, 'pausedJobs' | 'scheduleProblems' | 'channels' | 'runners' | 'newErrorKinds' | 'incidents'>;
  /** The runs that a cleanup of stalled runs would recover. */
  stalled: AffectedRun[];
  /** What an emergency cleanup would fail. */
  emergency: AffectedRun[];
  /** Open incidents in the snapshot that a new connection gets; undefined where it has none. */
  alerts?: OpenIncidents;
  /** Runs in the snapshot that a new connection gets; null sends none. */
  active: JobRun[] | null;
  /** Every call, such as `GET /api/admin/jobs/stats?refresh=true`. */
  calls: string[];
  /** Errors that were reported. */
  reported: ClientErrorReport[];
  sentryDsn: string | null;
  /** What clients sent on the socket. */
  received: ClientMessage[];
}

export const operator: CurrentUser = { id: 1, email: 'ada@example.com', role: 'SUPER_ADMIN' };

const newWorld = (): World => ({
  user: operator,
  jobPatterns: null,
  pending: [],
  sessions: [],
  secondFactor: { since: null, recoveryCodes: 0, isDemanded: false },
  history: [],
  historyTotal: null,
  runs: [],
  graph: { nodes: [], edges: [], isCut: false },
  usual: null,
  activity: [],
  messages: {},
  definitions: [aDefinition(), aDefinition({ name: 'trending', description: 'Update trending', defaultParams: {} })],
  stalledAfterMs: 300_000,
  stats: someStats(),
  operations: { running: 2, queued: 14, stalled: 0, stopping: 0, goneRunners: 0, freeSlots: 8 },
  automatic: { recovery: { stalledAfterMs: 300_000 }, retention: [], forceFail: { jobs: [], next: [] } },
  failures: [],
  pulse: [],
  issues: [],
  mutes: {},
  system: {},
  systemEvents: [],
  upcoming: [],
  health: someHealth(),
  views: [],
  badges: {
    ...{ pausedJobs: 0, scheduleProblems: 0, channels: { late: 0, paused: 0 }, runners: 1, newErrorKinds: 0 },
    incidents: { open: 0, critical: 0 },
  },
  stalled: [],
  emergency: [],
  active: [],
  calls: [],
  reported: [],
  sentryDsn: null,
  received: [],
});

export let world = newWorld();

/** A job of which operators have set nothing. */
const untouched = (job: JobDefinition) => ({
  ...job,
  settings: {
    jobName: job.name,
    ...{ channel: null, priority: null, maxAttempts: null, retry: null, timeoutMs: null, slowAfterMs: null },
    ...{ stalledAfterMs: null, onStalled: null, autoForceFailAfterMs: null, keepDays: null },
    ...{ isCritical: false, paused: null, rev: 0 },
  },
});

/** A problem answer as the server writes it. */
export function problem(status: number, part: Record<string, JsonBodyType> = {}) {
  const title = String(part.title ?? 'It went wrong');
  const detail = String(part.detail ?? 'The reason.');
  const body = {
    type: 'about:blank',
    title,
    status,
    detail,
    code: 'X',
    error: title,
    details: detail,
    retryable: true,
  };
  const headers = { 'content-type': 'application/problem+json', 'x-request-id': 'request-17' };
  return HttpResponse.json({ ...body, ...part }, { status, headers });
}

const signedOut = () => problem(401, { title: 'Not signed in', retryable: false });
const findRun = (id: string): JobRun | undefined =>
  [...world.runs, ...world.history, ...(world.active ?? [])].find((one) => one.id === id);
/** A handler for a person who is signed in. */
const guarded = (answer: (info: { request: Request; id: string }) => Response | Promise<Response>) =>
  (({ request, params }: { request: Request; params: Record<string, unknown> }) =>
    world.user === null ? signedOut() : answer({ request, id: String(params.id) })) as never;

function issuesAnswer() {
  const issues = world.issues.filter(({ key }) => world.mutes[key] === undefined);
  const muted = world.issues.flatMap((issue) => {
    const until = world.mutes[issue.key];
    if (until === undefined) return [];
    const isUntilClear = until === 'cleared';
    return [{ ...issue, mutedUntil: isUntilClear ? ago(-604_800) : until, isUntilClear, mutedBy: operator.email }];
  });
  return { issues, total: issues.length, muted, asOf: ago(0) };
}

const socket = ws.link('ws://localhost:3000/ws');
type Client = Parameters<Parameters<typeof socket.addEventListener>[1]>[0]['client'];
let clients: { client: Client; seq: number }[] = [];

const handlers = [
  serveMetrics(() => ({})),
  http.get('/api/auth/me', () =>
    world.user
      ? HttpResponse.json({
          user: world.user,
          roleName: null,
          permissions: permissionsOf[world.user.role],
          jobPatterns: world.jobPatterns,
          pending: world.pending,
        })
      : signedOut(),
  ),
  http.get('/api/auth/sessions', () => HttpResponse.json({ sessions: world.sessions })),
  http.get(
    '/api/auth/second-factor',
    guarded(() => HttpResponse.json(world.secondFactor)),
  ),
  http.post('/api/errors', async ({ request }) => {
    const { errors } = (await request.json()) as { errors: ClientErrorReport[] };
    world.reported.push(...errors);
    return HttpResponse.json({ accepted: errors.length }, { status: 202 });
  }),
  http.get('/api/errors/settings', () =>
    HttpResponse.json({ sentryDsn: world.sentryDsn, environment: 'test', version: '0.1.0' }),
  ),
  http.get(
    '/api/admin/jobs/definitions',
    guarded(() =>
      HttpResponse.json({
        jobs: world.definitions.map(untouched),
        stalledAfterMs: world.stalledAfterMs,
        forceFailAfterMs: 30_000,
      }),
    ),
  ),
  http.post(
    '/api/admin/jobs/definitions/:jobName/check',
    guarded(() => HttpResponse.json({ issues: [], underWay: [], waiting: null })),
  ),
  http.get(
    '/api/admin/jobs/definitions/usual',
    guarded(() => HttpResponse.json({ jobs: [] })),
  ),
  http.get(
    '/api/admin/jobs/definitions/activity',
    guarded(() => HttpResponse.json({ jobs: [], since: new Date().toISOString() })),
  ),
  http.get(
    '/api/admin/jobs/definitions/:jobName/recent',
    guarded(() => HttpResponse.json({ recent: [] })),
  ),
  http.get(
    '/api/admin/jobs/views',
    guarded(() => HttpResponse.json({ views: world.views })),
  ),
  http.post<never, GivenView>('/api/admin/jobs/views', async ({ request }) => {
    const given = await request.json();
    const view = { ...given, id: crypto.randomUUID(), isMine: true, owner: 'ada@example.com', rev: 1 };
    world.views.push({ ...view, updatedAt: new Date().toISOString() });
    return HttpResponse.json({ view: world.views.at(-1) }, { status: 201 });
  }),
  http.get(
    '/api/admin/alerts/incidents',
    guarded(() => HttpResponse.json({ incidents: [], open: 0, hasMore: false, serverTime: new Date().toISOString() })),
  ),
  http.get(
    '/api/admin/jobs/badges',
    guarded(() => HttpResponse.json({ ...world.badges, running: 0, verdict: 'OK', asOf: new Date().toISOString() })),
  ),
  http.get(
    '/api/admin/jobs/stats',
    guarded(() => HttpResponse.json(world.stats)),
  ),
  http.get(
    '/api/admin/jobs/operations',
    guarded(() => HttpResponse.json(world.operations)),
  ),
  http.get(
    '/api/admin/jobs/automatic-cleanup',
    guarded(() => HttpResponse.json(world.automatic)),
  ),
  http.get(
    '/api/admin/jobs/overview',
    guarded(() =>
      HttpResponse.json({
        issues: issuesAnswer(),
        pulse: { from: ago(1_800), to: ago(0), intervalMs: 30_000, runners: world.pulse },
        snapshots: {
          scheduledToday: { left: 14, total: 38 },
          retriesLastHour: { attempts: 12, jobs: 3 },
          regions: [
            { region: 'eu-west', runners: 2, endedRuns: 812 },
            { region: 'us-east', runners: 1, endedRuns: 430 },
          ],
          asOf: ago(0),
        },
      }),
    ),
  ),
  http.post(
    '/api/admin/jobs/issues/mute',
    guarded(async ({ request }) => {
      const { key, until } = (await request.json()) as { key: string; until: string | null };
      if (until === null) delete world.mutes[key];
      else world.mutes[key] = until;
      return HttpResponse.json(issuesAnswer());
    }),
  ),
  http.get(
    '/api/admin/jobs/histogram',
    guarded(() =>
      HttpResponse.json({
        ...{ from: ago(86_400), to: ago(0), unit: 'ms', runs: 0, total: 0, max: 0, buckets: [] },
        ...{ p50: null, p95: null, p99: null },
      }),
    ),
  ),
  http.get(
    '/api/admin/jobs/failures',
    guarded(() => {
      const runs = world.failures.reduce((sum, cause) => sum + cause.runs, 0);
      const causes = world.failures.length;
      const failures = world.failures.map((cause) => {
        const mutedUntil = world.mutes[causeMuteKey(cause.fingerprint)];
        return mutedUntil ? { ...cause, mutedUntil, mutedBy: 'ada@example.com' } : cause;
      });
      return HttpResponse.json({ failures, causes, runs, searchedBackTo: ago(86_400), isCut: false });
    }),
  ),
  http.get(
    '/api/admin/jobs/upcoming',
    guarded(() => HttpResponse.json({ upcoming: world.upcoming, asOf: new Date().toISOString() })),
  ),
  http.get(
    '/api/admin/jobs/history',
    guarded(({ request }) => {
      const query = new URL(request.url).searchParams;
      const matching = world.history.filter(
        (run) =>
          (query.get('jobName') ?? run.jobName) === run.jobName &&
          (query.get('status') ?? run.status) === run.status &&
          (run.finishedAt ?? '') >= (query.get('from') ?? '') &&
          (run.finishedAt ?? '') < (query.get('to') ?? '~'),
      );
      const pageSize = Number(query.get('pageSize') ?? 50);
      return HttpResponse.json({
        runs: matching.slice(0, pageSize),
        total: world.historyTotal ?? matching.length,
        totalIsExact: true,
        searchedBackTo: null,
        cursor: null,
        page: Number(query.get('page') ?? 1),
        pageSize,
      });
    }),
  ),
  http.get(
    '/api/admin/jobs/channels',
    guarded(() => HttpResponse.json({ channels: [] })),
  ),
  http.get(
    '/api/admin/jobs/lookup',
    guarded(() => HttpResponse.json({ hits: [] })),
  ),
  http.get(
    '/api/admin/jobs/history/job-names',
    guarded(() => HttpResponse.json({ jobNames: [...new Set(world.history.map(({ jobName }) => jobName))].sort() })),
  ),
  http.get(
    '/api/admin/system',
    guarded(() => HttpResponse.json(someSystem({ verdict: world.health.verdict, ...world.system }))),
  ),
  http.get(
    '/api/admin/system/events',
    guarded(() => HttpResponse.json({ events: world.systemEvents, next: null })),
  ),
  http.get(
    '/api/admin/jobs/health',
    guarded(() => HttpResponse.json(world.health)),
  ),
  http.get(
    '/api/admin/jobs/cleanup-stalled',
    guarded(() =>
      HttpResponse.json({
        jobRunIds: world.stalled.map(({ run }) => run.id),
        runs: world.stalled,
        serverTime: new Date().toISOString(),
      }),
    ),
  ),
  http.get(
    '/api/admin/jobs/emergency-cleanup',
    guarded(() => HttpResponse.json({ runs: world.emergency, serverTime: new Date().toISOString() })),
  ),
  http.get(
    '/api/admin/jobs/:id/graph',
    guarded(() => HttpResponse.json(world.graph)),
  ),
  http.get(
    '/api/admin/jobs/:id/neighbours',
    guarded(() =>
      HttpResponse.json({
        ...{ previous: null, next: null, lastSuccess: null, lastFailure: null, alike: null },
        usual: world.usual,
        usualUse: { cpuMs: world.usual, peakMemoryBytes: null },
      }),
    ),
  ),
  http.get(
    '/api/admin/jobs/:id/activity',
    guarded(() => HttpResponse.json({ entries: world.activity, isCut: false })),
  ),
  http.get(
    '/api/admin/jobs/:id',
    guarded(({ id }) => {
      const run = findRun(id);
      return run ? HttpResponse.json(run) : problem(404, { title: 'No such run', retryable: false });
    }),
  ),
  http.get(
    '/api/admin/jobs/:id/messages',
    guarded(({ request, id }) => {
      const query = new URL(request.url).searchParams;
      const written = world.messages[id] ?? [];
      const after = written.filter(({ seq }) => seq > Number(query.get('afterSeq')));
      return HttpResponse.json({
        messages: after.slice(0, Number(query.get('limit'))),
        messageCount: written.at(-1)?.seq ?? 0,
        droppedMessages: findRun(id)?.droppedMessages ?? 0,
      });
    }),
  ),
  socket.addEventListener('connection', ({ client }) => {
    clients.push({ client, seq: 0 });
    client.addEventListener('message', ({ data }) => world.received.push(JSON.parse(String(data))));
    if (world.active !== null) live.snapshot(world.active);
  }),
];

/** The server that every component test talks to, over HTTP and the socket. */
export const backend = setupServer(...handlers);
backend.events.on('request:start', ({ request }) => {
  const { pathname, search } = new URL(request.url);
  world.calls.push(`${request.method} ${pathname}${search}`);
});

type DataOf<Type extends ServerMessage['type']> = Extract<ServerMessage, { type: Type }>['data'];

/** Speaks on the newest connection. */
export const live = {
  send<Type extends ServerMessage['type']>(type: Type, data: DataOf<Type>, { skip = 0 } = {}) {
    const newest = clients.at(-1);
    if (newest === undefined) throw new Error('No client is connected');
    newest.seq += skip;
    newest.client.send(JSON.stringify({ type, seq: newest.seq, data }));
    newest.seq += 1;
  },
  snapshot(runs: JobRun[]) {
    const running = runs.filter((run) => run.status === 'RUNNING').length;
    live.send('server.admin.jobs_snapshot', {
      runs,
      counts: { running, queued: runs.length - running },
      alerts: world.alerts,
      serverTime: new Date().toISOString(),
    });
  },
  /** What happened to an incident, with how many are open then. */
  alert(event: IncidentEvent, incident: IncidentNews, { open = 1, critical = 0 } = {}) {
    const type = event === 'opened' ? 'server.admin.alert_opened' : 'server.admin.alert_changed';
    live.send(type, { event, incident, open, critical });
  },
  /** A message about one run, with the type that fits its state. */
  publish(run: JobRun, options?: { skip?: number }) {
    const data = { jobRunId: run.id, run };
    if (run.finishedAt !== null) live.send('server.admin.job_completed', data, options);
    else if (run.status === 'QUEUED') live.send('server.admin.job_queued', data, options);
    else if (run.cancelRequestedAt !== null) live.send('server.admin.job_cancel_requested', data, options);
    else live.send('server.admin.job_started', data, options);
  },
  progress(run: JobRun, progressPercent: number, message: string) {
    live.send('server.admin.job_progress', { jobRunId: run.id, run, progressPercent, message });
  },
  /** What a run wrote just now, for those who follow it. */
  write(run: JobRun, messages: JobRunMessage[]) {
    world.messages[run.id] = [...(world.messages[run.id] ?? []), ...messages];
    live.send('server.admin.run_messages', {
      jobRunId: run.id,
      messages,
      messageCount: messages.at(-1)?.seq ?? 0,
      droppedMessages: run.droppedMessages,
    });
  },
  steps(run: JobRun, steps: JobRunStep[] | null) {
    live.send('server.admin.run_steps', { jobRunId: run.id, steps });
  },
  close(code: number, reason?: string) {
    clients.at(-1)?.client.close(code, reason);
  },
  get connections() {
    return clients.length;
  },
};

/** How often a call was made, by its beginning. */
export const callsTo = (start: string): number => world.calls.filter((call) => call.startsWith(start)).length;

export function resetBackend(): void {
  backend.resetHandlers();
  clients = [];
  world = newWorld();
}
