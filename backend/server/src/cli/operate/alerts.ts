import type { Incident } from '@job-manager/shared/contract/alerts/incidents';
import type { AlertRule } from '@job-manager/shared/contract/alerts/rules';
import type { Command } from 'commander';
import { Refusal } from '../refusal.js';
import { type Engine, type Output, withEngine } from './engine.js';
import { columns, facts, formatTime } from './tables.js';
import { readDuration } from './values.js';

/** Commands about incidents, alert rules and destinations. */
export function addAlertCommands(program: Command): void {
  const alert = program.command('alert').description('incidents, the rules that open them, and where they are sent');

  alert
    .command('list', { isDefault: true })
    .description('open incidents first, then the newest that ended')
    .option('--open', 'open ones alone')
    .action((options: { open?: boolean }, command: Command) => withEngine(command, (engine) => list(engine, options)));

  alert
    .command('show <incident>')
    .description('one incident, and its messages')
    .action((id: string, _options: object, command: Command) =>
      withEngine(command, (engine) => show(engine, idOf(id))),
    );

  alert
    .command('acknowledge <incident>')
    .description('records that a person works on it: no more reminders are sent')
    .option('--note <text>', 'kept with it')
    .action((id: string, { note }: { note?: string }, command: Command) =>
      withEngine(command, async (engine) => {
        const { acknowledgeIncident } = await import('@job-manager/engine/store/alerts/incidents');
        return change(engine, idOf(id), (of) => acknowledgeIncident(engine.sql, of, note ?? null, personOf(engine)));
      }),
    );

  alert
    .command('mute <incident>')
    .description('sends nothing of it, nor of the next ones of its subject')
    .option('--for <duration>', 'such as 90m, 8h or 7d', readDuration, 3_600_000)
    .action((id: string, options: { for: number }, command: Command) =>
      withEngine(command, (engine) => mute(engine, idOf(id), new Date(Date.now() + options.for))),
    );

  alert
    .command('unmute <incident>')
    .description('sends messages of it again')
    .action((id: string, _options: object, command: Command) =>
      withEngine(command, (engine) => mute(engine, idOf(id), null)),
    );

  alert
    .command('resolve <incident>')
    .description('closes it by hand; it opens again when the cause returns')
    .option('--note <text>', 'kept with it')
    .action((id: string, { note }: { note?: string }, command: Command) =>
      withEngine(command, async (engine) => {
        const { resolveIncident } = await import('@job-manager/engine/store/alerts/incidents');
        return change(engine, idOf(id), (of) => resolveIncident(engine.sql, of, note ?? null, personOf(engine)));
      }),
    );

  addRuleCommands(alert);
}

function addRuleCommands(alert: Command): void {
  alert
    .command('rules')
    .description('all rules')
    .action((_options: object, command: Command) => withEngine(command, rules));

  for (const isOn of [true, false]) {
    alert
      .command(`${isOn ? 'on' : 'off'} <rule>`)
      .description(isOn ? 'switches a rule on' : 'switches a rule off; its open incidents end')
      .action((name: string, _options: object, command: Command) =>
        withEngine(command, (engine) => switchRule(engine, name, isOn)),
      );
  }

  alert
    .command('destinations')
    .description('where messages are sent')
    .action((_options: object, command: Command) => withEngine(command, destinations));

  alert
    .command('test <destination>')
    .description('sends a test message now, and shows what the receiver answered')
    .action((name: string, _options: object, command: Command) => withEngine(command, (engine) => test(engine, name)));
}

function idOf(text: string): string {
  const id = text.replace(/^#/, '');
  if (/^[1-9]\d{0,17}$/.test(id)) return id;
  throw new Refusal(`${JSON.stringify(text)} is no number of an incident.`);
}

const personOf = ({ actor }: Engine) => ({
  actorId: actor.userId,
  actorEmail: actor.email,
  ip: actor.ip,
  userAgent: actor.userAgent,
});

async function list({ sql }: Engine, { open = false }: { open?: boolean }): Promise<Output> {
  const [{ listIncidents }, { presentIncident }] = await Promise.all([
    import('@job-manager/engine/store/alerts/incidents'),
    import('../../present/alerts.js'),
  ]);
  const { rows } = await listIncidents(sql, { state: open ? 'open' : 'all', limit: 50 });
  const incidents = rows.slice(0, 50).map(presentIncident);
  const cells = incidents.map((incident) => [
    `#${incident.id}`,
    stateOf(incident),
    incident.title,
    formatTime(incident.openedAt),
    formatTime(incident.closedAt),
    incident.rule,
  ]);
  const heading = ['incident', 'state', 'what', 'opened', 'over', 'rule'];
  return { json: { incidents }, text: columns([heading, ...cells]) };
}

function stateOf({ closedAt, severity, acknowledgedAt, mutedUntil }: Incident): string {
  if (closedAt !== null) return 'over';
  const marks = [acknowledgedAt !== null && 'acknowledged', mutedUntil !== null && 'muted'].filter(Boolean);
  return [severity.toLowerCase(), ...marks].join(', ');
}

async function show({ sql }: Engine, id: string): Promise<Output> {
  const [{ findIncident }, { listDeliveries }, { presentDelivery, presentIncident }] = await Promise.all([
    import('@job-manager/engine/store/alerts/incidents'),
    import('@job-manager/engine/store/alerts/deliveries'),
    import('../../present/alerts.js'),
  ]);
  const row = await findIncident(sql, id);
  if (!row) throw new Refusal('There is no such incident.');
  const incident = presentIncident(row);
  const deliveries = (await listDeliveries(sql, id)).map(presentDelivery);
  const messages = deliveries.map(
    ({ event, destination, status, detail }) =>
      `${event} to ${destination}: ${status.toLowerCase()}${detail ? `, ${detail}` : ''}`,
  );
  const text = facts([
    ['what', incident.title],
    ['cause', incident.cause],
    ['state', stateOf(incident)],
    ['rule', incident.rule],
    ['count', incident.count === null ? null : String(incident.count)],
    ['opened', formatTime(incident.openedAt)],
    ['over', incident.closedAt && formatTime(incident.closedAt)],
    ['last run', incident.lastRunId && `#${incident.lastRunId}`],
    ['note', incident.note],
    ['messages', messages.length === 0 ? null : messages.join('\n')],
  ]);
  return { json: { incident, deliveries }, text };
}

async function change(engine: Engine, id: string, act: (id: string) => Promise<boolean>): Promise<Output> {
  const isChanged = await act(id);
  const shown = await show(engine, id);
  if (!isChanged) throw new Refusal('The incident has ended already.');
  return shown;
}

async function mute(engine: Engine, id: string, until: Date | null): Promise<Output> {
  const { muteIncident } = await import('@job-manager/engine/store/alerts/incidents');
  return change(engine, id, (of) => muteIncident(engine.sql, of, until, personOf(engine)));
}

async function readRules({ sql }: Engine): Promise<AlertRule[]> {
  const [{ listRules }, { addMissingRules }, { presentRule }] = await Promise.all([
    import('@job-manager/engine/store/alerts/rules'),
    import('../../alerts/judge-rules.js'),
    import('../../present/alerts.js'),
  ]);
  await addMissingRules(sql);
  return (await listRules(sql)).map(presentRule);
}

async function rules(engine: Engine): Promise<Output> {
  const [all, { alertKindOf }] = await Promise.all([readRules(engine), import('@job-manager/shared/alert-rules')]);
  const cells = all.map((rule) => [
    rule.name,
    rule.isOn ? 'on' : 'off',
    alertKindOf(rule.kind).label,
    rule.severity.toLowerCase(),
    rule.destinationIds.length === 0 ? 'the panel alone' : `${rule.destinationIds.length} destinations`,
    rule.problem ?? '',
  ]);
  const heading = ['rule', '', 'kind', 'severity', 'notifies', ''];
  return { json: { rules: all }, text: columns([heading, ...cells]) };
}

async function switchRule(engine: Engine, name: string, isOn: boolean): Promise<Output> {
  const [all, { changeRule }, { givenOf }] = await Promise.all([
    readRules(engine),
    import('@job-manager/engine/store/alerts/rules'),
    import('../../present/alerts.js'),
  ]);
  const rule = all.find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (!rule) throw new Refusal(`There is no rule ${JSON.stringify(name)}; "alert rules" lists them.`);
  const changed = await changeRule(engine.sql, rule, { ...givenOf(rule), isOn }, personOf(engine));
  if (!changed) throw new Refusal('The rule was changed meanwhile; try again.');
  return rules(engine);
}

async function destinations({ sql }: Engine): Promise<Output> {
  const [{ listDestinations }, { presentDestination }] = await Promise.all([
    import('@job-manager/engine/store/alerts/destinations'),
    import('../../present/alerts.js'),
  ]);
  const all = (await listDestinations(sql)).map((row) => presentDestination(row, null));
  const cells = all.map(({ name, kind, target, usedBy, lastDelivery }) => [
    name,
    kind.toLowerCase(),
    target,
    usedBy.map((rule) => rule.name).join(', '),
    lastDelivery === null ? '–' : `${lastDelivery.ok ? 'sent' : 'not sent'} ${formatTime(lastDelivery.at)}`,
  ]);
  return {
    json: { destinations: all },
    text: columns([['name', 'kind', 'leads to', 'rules', 'last message'], ...cells]),
  };
}

async function test(engine: Engine, name: string): Promise<Output> {
  const { sql } = engine;
  const [{ readConfig }, { listDestinations }, { alertSenderOf }, { testDestination }] = await Promise.all([
    import('@job-manager/engine/config'),
    import('@job-manager/engine/store/alerts/destinations'),
    import('../../alerts/agent.js'),
    import('../../alerts/test-destination.js'),
  ]);
  const destination = (await listDestinations(sql)).find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (!destination)
    throw new Refusal(`There is no destination ${JSON.stringify(name)}; "alert destinations" lists them.`);
  const attempt = await testDestination({ sql, sender: alertSenderOf(readConfig()) }, destination, personOf(engine));
  if (!attempt.ok) throw new Refusal(`The test message was not sent: ${attempt.detail}`);
  return { json: attempt, text: `The receiver took the test message in ${attempt.latencyMs} ms: ${attempt.detail}` };
}
