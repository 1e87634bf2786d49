import { closeCodes, type ServerMessage } from '@job-manager/shared/live';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startTestServer, type TestServer } from '../testing/server.js';
import { openSocket } from '../testing/socket-client.js';

let server: TestServer;
let chief: string;
let apiToken: string;
beforeAll(async () => {
  server = await startTestServer();
  chief = await server.tokenOf('chief@example.test', 'SUPER_ADMIN');
  const permissions = ['view', 'execute', 'cancel'];
  const body = { name: 'importer', permissions };
  apiToken = (await server.call<{ token: string }>(chief, 'POST', '/admin/tokens', body)).token;
});
afterAll(() => server.close());

it('shows an external run to all who watch: its start, steps, messages, cancel and end', async () => {
  const received: ServerMessage[] = [];
  const socket = openSocket(server.url, chief, (text) => received.push(JSON.parse(text)));
  const untilReceived = (wanted: object) =>
    vi.waitFor(() => expect(received).toContainEqual(expect.objectContaining(wanted)));
  const about = (data: object) => ({ data: expect.objectContaining(data) });
  await untilReceived({ type: 'server.admin.jobs_snapshot' });

  const start = { jobName: 'import-files', steps: [{ id: 'load', label: 'Load' }] };
  const begun = await server.call<{ jobRunId: string; leaseToken: string }>(
    apiToken,
    'POST',
    '/admin/jobs/start',
    start,
  );
  const { jobRunId, leaseToken } = begun;
  const report = (call: string, body: object = {}) =>
    server.call(apiToken, 'POST', `/admin/jobs/${jobRunId}/${call}`, { leaseToken, ...body });
  await untilReceived({ type: 'server.admin.job_started', ...about({ jobRunId }) });

  socket.send(JSON.stringify({ type: 'client.admin.follow_run', jobRunId, afterSeq: 0 }));
  await report('progress', { steps: [{ id: 'load', progress: 0.5 }] });
  await untilReceived({
    type: 'server.admin.job_progress',
    ...about({ jobRunId, progressPercent: 50, message: 'Load' }),
  });
  const load = expect.objectContaining({ id: 'load', state: 'running', progress: 0.5 });
  await untilReceived({ type: 'server.admin.run_steps', ...about({ jobRunId, steps: [load] }) });

  await report('message', { message: 'hello from outside' });
  const line = expect.objectContaining({ seq: 1, message: 'hello from outside' });
  await untilReceived({ type: 'server.admin.run_messages', ...about({ jobRunId, messages: [line], messageCount: 1 }) });

  await server.call(apiToken, 'POST', `/admin/jobs/${jobRunId}/cancel`, {});
  await untilReceived({ type: 'server.admin.job_cancel_requested', ...about({ jobRunId }) });
  await report('fail', { cancelled: true });
  const run = expect.objectContaining({ status: 'CANCELLED', triggeredByToken: 'importer' });
  await untilReceived({ type: 'server.admin.job_completed', ...about({ jobRunId, run }) });
  socket.close();
});

it('writes the cancel of a program into the audit log as its token', async () => {
  const body = { jobName: 'import-files' };
  const { jobRunId } = await server.call<{ jobRunId: string }>(apiToken, 'POST', '/admin/jobs/start', body);
  const { run } = await server.call<{ run: object }>(apiToken, 'POST', `/admin/jobs/${jobRunId}/cancel`);
  expect(run).toMatchObject({ cancelRequestedBy: null, cancelRequestedAt: expect.any(String) });
  const audited = await server.database.pool.query(
    `SELECT "actorEmail", "actorId", "tokenId" FROM "AuditEvent" WHERE "runId" = $1 AND action = 'run.cancel'`,
    [jobRunId],
  );
  expect(audited.rows).toEqual([{ actorEmail: 'token importer', actorId: null, tokenId: expect.any(String) }]);
});

it('lets no API token watch the socket, whatever it may do', async () => {
  const socket = openSocket(server.url, apiToken, () => {});
  expect(await socket.closed).toBe(closeCodes.noAccess);
});
