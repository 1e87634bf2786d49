import type { AlertDestination } from '@job-manager/shared/contract/alerts/destinations';
import type { Incident } from '@job-manager/shared/contract/alerts/incidents';
import type { AlertRule } from '@job-manager/shared/contract/alerts/rules';
import { act, screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { ago } from '../../testing/a-run';
import { backend, live, problem, world } from '../../testing/backend';
import { address, openPanel } from '../../testing/render-app';

const anIncident = (part: Partial<Incident> = {}): Incident => ({
  ...{ id: '12', ruleId: null, rule: 'Critical job failed', kind: 'runFailed', severity: 'CRITICAL' },
  ...{ title: 'match-scores fails: 60 runs since the last success', cause: 'There is no user with the id 7' },
  ...{ jobName: 'match-scores', channel: null, fingerprint: '0123456789abcdef', lastRunId: '300', count: 60 },
  ...{ openedAt: ago(540), reopenedAt: null, lastAt: ago(5), closedAt: null, closedBy: null },
  ...{ acknowledgedAt: null, acknowledgedBy: null, mutedUntil: null, mutedBy: null, note: null },
  notified: [{ destination: 'ops', event: 'opened', status: 'SENT' }],
  ...part,
});

const ID = '00000000-0000-4000-8000-00000000000';

const aRule = (part: Partial<AlertRule> = {}): AlertRule => ({
  ...{ id: `${ID}1`, name: 'Any job fails 20 %', kind: 'failureRate', jobs: [], onlyCritical: false, channels: [] },
  ...{ threshold: null, windowMs: null, severity: 'WARNING', destinationIds: [], remindMs: 14_400_000, quiet: null },
  ...{ isOn: false, isReady: true, problem: null, rev: 1, updatedAt: ago(900), updatedBy: null },
  ...part,
});

const aDestination = (part: Partial<AlertDestination> = {}): AlertDestination => ({
  ...{ id: `${ID}2`, name: 'ops', kind: 'EMAIL', target: 'ops@example.com', emails: ['ops@example.com'] },
  ...{ problem: null, usedBy: [], lastDelivery: null, rev: 1, updatedAt: ago(900), updatedBy: null },
  ...part,
});

interface Served {
  incidents?: Incident[];
  rules?: AlertRule[];
  destinations?: AlertDestination[];
  emailProblem?: string | null;
}

/** Serves these, and keeps the bodies of requests. */
function serve({ incidents = [], rules = [], destinations = [], emailProblem = null }: Served) {
  const sent: { path: string; body: unknown }[] = [];
  const at = '/api/admin/alerts';
  const keep = async (request: Request) => {
    const text = await request.text();
    const path = new URL(request.url).pathname.replace(at, '');
    sent.push({ path, body: text === '' ? {} : JSON.parse(text) });
  };
  const [incident] = incidents;
  backend.use(
    http.get(`${at}/incidents`, () =>
      HttpResponse.json({
        incidents,
        open: incidents.filter(({ closedAt }) => closedAt === null).length,
        hasMore: false,
        serverTime: ago(0),
      }),
    ),
    http.get(`${at}/incidents/:id`, () => HttpResponse.json({ incident, deliveries: [] })),
    http.get(`${at}/rules`, () => HttpResponse.json({ rules })),
    http.get(`${at}/destinations`, () => HttpResponse.json({ destinations, emailProblem })),
    http.post(`${at}/incidents/:id/:act`, async ({ request }) => {
      await keep(request);
      return HttpResponse.json({
        incident: { ...incident, acknowledgedAt: ago(0), acknowledgedBy: 'ada@example.com' },
      });
    }),
    http.post(`${at}/rules/trial`, async ({ request }) => {
      await keep(request);
      const found = [{ subject: 'echo', from: ago(9_000), to: ago(6_000) }];
      return HttpResponse.json({ from: ago(604_800), total: 1, incidents: found });
    }),
    http.post(`${at}/rules`, async ({ request }) => {
      await keep(request);
      return HttpResponse.json({ rule: aRule() }, { status: 201 });
    }),
    http.put(`${at}/rules/:id`, async ({ request }) => {
      await keep(request);
      return HttpResponse.json({ rule: rules[0] });
    }),
    http.post(`${at}/destinations`, async ({ request }) => {
      await keep(request);
      return HttpResponse.json(
        { destination: aDestination({ kind: 'WEBHOOK' }), secret: 'whsec_once' },
        { status: 201 },
      );
    }),
    http.post(`${at}/destinations/:id/test`, async () =>
      HttpResponse.json({ ok: false, detail: 'Wrong password', latencyMs: 9 }),
    ),
  );
  return sent;
}

test('lists incidents with who was notified, opens one at its address, and acknowledges it', async () => {
  const sent = serve({ incidents: [anIncident(), anIncident({ id: '11', closedAt: ago(60), title: 'mail waits' })] });
  const { user } = await openPanel('/admin/alerts');
  const row = await screen.findByRole('row', { name: /match-scores fails/ });
  expect(row).toHaveTextContent(/Critical.*There is no user with the id 7.*match-scores.*\dm ago.*ops ✓/);
  expect(screen.getByRole('row', { name: /mail waits/ })).toHaveTextContent(/Over.*lasted \dm/);
  await user.click(within(row).getByRole('link', { name: /match-scores fails/ }));
  const dialog = await screen.findByRole('dialog', { name: 'Incident 12' });
  await waitFor(() => expect(address()).toBe('/admin/alerts?incident=12'));
  expect(await within(dialog).findByRole('link', { name: 'Show runs' })).toHaveAttribute(
    'href',
    expect.stringMatching(/history\?.*job=match-scores.*cause=0123456789abcdef/),
  );
  await user.click(within(dialog).getByRole('button', { name: 'Acknowledge' }));
  await waitFor(() => expect(sent).toEqual([{ path: '/incidents/12/acknowledge', body: {} }]));
});

test('explains what it is for where there is no incident, and counts open ones beside the navigation', async () => {
  world.badges.incidents = { open: 2, critical: 1 };
  serve({});
  await openPanel('/admin/alerts');
  expect(await screen.findByText('No incidents')).toBeVisible();
  expect(await screen.findByRole('img', { name: '2 open' })).toBeVisible();
});

test('reads the list again when the socket reports a change, without polling', async () => {
  const incidents = [anIncident()];
  serve({ incidents });
  await openPanel('/admin/alerts');
  await screen.findByRole('row', { name: /match-scores fails/ });
  await waitFor(() => expect(live.connections).toBe(1));
  incidents.push(anIncident({ id: '13', title: 'mail waits' }));
  const { id, severity, title, openedAt } = anIncident({ id: '13', title: 'mail waits' });
  act(() =>
    live.alert('opened', { id, severity, title, openedAt, closedAt: null, mutedUntil: null }, { open: 2, critical: 2 }),
  );
  expect(await screen.findByRole('row', { name: /mail waits/ })).toBeVisible();
  expect(await screen.findByRole('img', { name: '2 open' })).toBeVisible();
  expect(await screen.findByText('1 incident opened: mail waits.')).toBeInTheDocument();
});

test('switches a ready rule on, and tries a changed one on seven days', async () => {
  const sent = serve({ rules: [aRule()], destinations: [aDestination()] });
  const { user } = await openPanel('/admin/alerts?tab=rules');
  await user.click(await screen.findByRole('switch', { name: 'Any job fails 20 % is on' }));
  await waitFor(() => expect(sent.at(-1)?.body).toMatchObject({ isOn: true, rev: 1, kind: 'failureRate' }));
  await user.click(screen.getByRole('button', { name: 'Edit Any job fails 20 %' }));
  const dialog = await screen.findByRole('dialog', { name: 'Change Any job fails 20 %' });
  await user.type(within(dialog).getByRole('textbox', { name: 'Threshold, %' }), '35');
  await user.click(within(dialog).getByRole('checkbox', { name: 'ops' }));
  await user.click(within(dialog).getByRole('button', { name: 'Try on the last seven days' }));
  expect(await within(dialog).findByText(/Would have opened 1 incident/)).toBeVisible();
  expect(sent.at(-1)).toMatchObject({ path: '/rules/trial', body: { threshold: 35, destinationIds: [`${ID}2`] } });
});

test('shows the secret of a new webhook once, and what a receiver answered a test', async () => {
  const sent = serve({ destinations: [aDestination({ problem: 'No mail server is set' })] });
  const { user } = await openPanel('/admin/alerts?tab=destinations');
  const row = await screen.findByRole('row', { name: /ops/ });
  expect(row).toHaveTextContent('No mail server is set');
  await user.click(within(row).getByRole('button', { name: 'Send a test to ops' }));
  expect(await screen.findByText('Wrong password')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Create destination' }));
  const form = await screen.findByRole('dialog', { name: 'New destination' });
  await user.type(within(form).getByRole('textbox', { name: 'Name' }), 'hook');
  await user.selectOptions(within(form).getByRole('combobox', { name: 'Kind' }), 'WEBHOOK');
  await user.type(within(form).getByRole('textbox', { name: 'Address' }), 'https://hook.example/x');
  await user.click(within(form).getByRole('button', { name: 'Create destination' }));
  expect(await screen.findByText('whsec_once')).toBeVisible();
  expect(sent).toEqual([
    { path: '/destinations', body: { name: 'hook', kind: 'WEBHOOK', url: 'https://hook.example/x' } },
  ]);
});

test('shows before saving that no mail server is set', async () => {
  serve({ emailProblem: 'No mail server is set: set ALERTS_SMTP_URL.' });
  const { user } = await openPanel('/admin/alerts?tab=destinations');
  await user.click(await screen.findByRole('button', { name: 'Create destination' }));
  const form = within(await screen.findByRole('dialog', { name: 'New destination' }));
  expect(form.getByText(/^No mail server is set/)).toBeVisible();
  await user.selectOptions(form.getByRole('combobox', { name: 'Kind' }), 'SLACK');
  expect(form.queryByText(/^No mail server is set/)).toBeNull();
});

test('another page leads to a new rule with its fields filled in, and closing it forgets them', async () => {
  const sent = serve({ destinations: [aDestination()] });
  const { user } = await openPanel('/admin/alerts?tab=rules&newRule=channelLate&channel=mail');
  const form = within(await screen.findByRole('dialog', { name: 'New rule' }));
  expect(form.getByRole('textbox', { name: 'Name' })).toHaveValue('Channel over target: mail');
  await user.click(form.getByRole('button', { name: 'Create rule' }));
  await waitFor(() => expect(sent.at(-1)?.body).toMatchObject({ kind: 'channelLate', channels: ['mail'], jobs: [] }));
  await waitFor(() => expect(address()).toBe('/admin/alerts?tab=rules'));
});

test('a rule takes the names of several jobs and the beginning of others', async () => {
  const sent = serve({});
  const { user } = await openPanel('/admin/alerts?tab=rules&newRule=runFailed&job=trending');
  const form = within(await screen.findByRole('dialog', { name: 'New rule' }));
  await user.type(form.getByRole('combobox', { name: 'Jobs' }), 'media-* mail{Enter}');
  await user.click(form.getByRole('button', { name: 'Create rule' }));
  await waitFor(() => expect(sent.at(-1)?.body).toMatchObject({ jobs: ['trending', 'media-*', 'mail'] }));
});

test('filters incidents by job, severity and state, in the address', async () => {
  serve({ incidents: [anIncident()] });
  const { user } = await openPanel('/admin/alerts');
  await screen.findByRole('row', { name: /match-scores fails/ });
  await user.selectOptions(screen.getByRole('combobox', { name: 'Filter by job' }), 'match-scores');
  await user.selectOptions(screen.getByRole('combobox', { name: 'Filter by severity' }), 'Critical');
  await waitFor(() => expect(address()).toBe('/admin/alerts?job=match-scores&severity=CRITICAL'));
});

test('shows what another person saved of a destination meanwhile, and saves over it', async () => {
  const stale = aDestination();
  serve({ destinations: [stale] });
  const saved: unknown[] = [];
  backend.use(
    http.put('/api/admin/alerts/destinations/:id', async ({ request }) => {
      saved.push(await request.json());
      const current = { ...stale, name: 'night duty', emails: ['night@example.com'], rev: 4 };
      if (saved.length === 1) return problem(409, { code: 'CHANGED', current: current as never });
      return HttpResponse.json({ destination: { ...current, rev: 5 }, secret: null });
    }),
  );
  const { user } = await openPanel('/admin/alerts?tab=destinations');
  await user.click(await screen.findByRole('button', { name: 'Edit ops' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Change ops' }));
  const addresses = dialog.getByLabelText('Addresses');
  await user.clear(addresses);
  await user.type(addresses, 'day@example.com');
  await user.click(dialog.getByRole('button', { name: 'Save' }));
  expect(
    await dialog.findByText(
      /It now has name: night duty \(here: ops\), addresses: night@example\.com \(here: day@example\.com\)/,
    ),
  ).toBeVisible();
  await user.click(dialog.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(saved).toMatchObject([{ rev: 1 }, { rev: 4, emails: ['day@example.com'] }]);
});

test('confirms before a rule or a destination is removed, and shows what becomes of it', async () => {
  const own = aRule({ isReady: false, name: 'mine' });
  const sent = serve({ rules: [own], destinations: [aDestination({ usedBy: [{ id: own.id, name: 'mine' }] })] });
  backend.use(http.delete('/api/admin/alerts/:kind/:id', () => HttpResponse.json({ removed: true })));
  const { user } = await openPanel('/admin/alerts?tab=rules');
  await user.click(await screen.findByRole('button', { name: 'Remove mine' }));
  const rule = within(await screen.findByRole('dialog', { name: 'Remove rule?' }));
  expect(rule.getByText(/^Its open incidents end/)).toBeVisible();
  await user.click(rule.getByRole('button', { name: 'Remove' }));
  expect(await screen.findByText('The rule “mine” is removed.')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Undo' }));
  expect(await screen.findByText('The rule “mine” is back.')).toBeVisible();
  expect(sent.at(-1)).toMatchObject({ path: '/rules', body: { name: 'mine', kind: 'failureRate', isOn: false } });
  await user.click(screen.getByRole('link', { name: 'Destinations' }));
  await user.click(await screen.findByRole('button', { name: 'Remove ops' }));
  const destination = within(await screen.findByRole('dialog', { name: 'Remove destination?' }));
  expect(destination.getByText(/^These rules no longer notify it: mine\./)).toBeVisible();
});
