import { randomUUID } from 'node:crypto';
import { type MaintenanceTask, TaskProblem } from '@job-manager/engine/queue/maintenance/maintenance-loop';
import {
  type ClaimedDelivery,
  claimDeliveries,
  holdDeliveries,
  joinDeliveries,
  noteDelivery,
  readSentLately,
  type SentLately,
} from '@job-manager/engine/store/alerts/deliveries';
import { type DestinationRow, listDestinations } from '@job-manager/engine/store/alerts/destinations';
import type { Sql } from '@job-manager/engine/store/sql';
import { MAX_MESSAGES_PER_HOUR } from '@job-manager/shared/alert-rules';
import type { Notice } from './message.js';
import { quietForMs } from './quiet-hours.js';
import type { AlertSender } from './send.js';

/** More than so many that wait for a destination are sent in one. */
const MAX_SINGLE = 5;
const HOUR_MS = 3_600_000;
/** What no receiver took within a day is given up; the incident stands in the panel. */
const GIVE_UP_MS = 24 * HOUR_MS;
const FIRST_RETRY_MS = 30_000;

export interface DeliveryDeps {
  sql: Sql;
  sender: AlertSender;
}

/** Sends the messages that are due, by one process at a time. */
export const sendingAlerts = (deps: DeliveryDeps): MaintenanceTask => ({
  name: 'send alerts',
  run: (pause) => sendAlerts(deps, pause),
});

/** Sends the messages that are due. Throws TaskProblem, when all has been tried, where a destination took nothing. */
export async function sendAlerts(deps: DeliveryDeps, pause: () => Promise<boolean>): Promise<string> {
  const claimed = await claimDeliveries(deps.sql);
  if (claimed.length === 0) return 'Nothing to send';
  const destinations = await listDestinations(deps.sql);
  const lately = await readSentLately(deps.sql);
  let isStopping = false;
  const lanes = destinations.map(async (destination) => {
    const own = claimed.filter(({ destinationId }) => destinationId === destination.id);
    const fresh = await holdQuiet(deps.sql, own);
    const failures: string[] = [];
    let sent = 0;
    for (const group of await groupsOf(
      deps.sql,
      fresh,
      lately.find(({ destinationId }) => destinationId === destination.id),
    )) {
      if (isStopping) {
        // Another process, or this one when it is back, goes on at once.
        await holdDeliveries(deps.sql, idsOf(group), 0);
        continue;
      }
      const failure = await sendGroup(deps, destination, group);
      if (failure) failures.push(`${destination.name}: ${failure}`);
      else sent += 1;
      if (!(await pause())) isStopping = true;
    }
    return { sent, failures };
  });
  const done = await Promise.all(lanes);
  const failures = done.flatMap((lane) => lane.failures);
  const sent = done.reduce((sum, lane) => sum + lane.sent, 0);
  if (failures[0])
    throw new TaskProblem(
      `${failures.length} messages of alerts could not be sent and are tried again: ${failures[0]}`,
    );
  return `Sent ${sent} ${sent === 1 ? 'message' : 'messages'}`;
}

const idsOf = (group: ClaimedDelivery[]): string[] => group.map(({ id }) => id);

/** Delays what would be sent in quiet hours; returns the rest. */
async function holdQuiet(sql: Sql, deliveries: ClaimedDelivery[]): Promise<ClaimedDelivery[]> {
  const now = new Date();
  const rest: ClaimedDelivery[] = [];
  for (const delivery of deliveries) {
    const forMs = delivery.quiet === null ? 0 : quietForMs(delivery.quiet, now);
    if (forMs > 0) await holdDeliveries(sql, [delivery.id], forMs);
    else rest.push(delivery);
  }
  return rest;
}

/** Each of these is one message. Beyond the limit of an hour all waiting ones are delayed, and then sent in one message. */
async function groupsOf(
  sql: Sql,
  deliveries: ClaimedDelivery[],
  lately: SentLately | undefined,
): Promise<ClaimedDelivery[][]> {
  const left = MAX_MESSAGES_PER_HOUR - (lately?.messages ?? 0);
  if (deliveries.length > 0 && left <= 0) {
    await holdDeliveries(sql, idsOf(deliveries), Math.max(60_000, HOUR_MS - (lately?.firstAgoMs ?? 0)));
    return [];
  }
  const joined = new Map<string, ClaimedDelivery[]>();
  const single: ClaimedDelivery[] = [];
  for (const delivery of deliveries) {
    const { digestId } = delivery;
    if (digestId === null) single.push(delivery);
    else joined.set(digestId, [...(joined.get(digestId) ?? []), delivery]);
  }
  const groups = [...joined.values()];
  if (single.length <= Math.min(MAX_SINGLE, left - groups.length)) return [...groups, ...single.map((each) => [each])];
  const digestId = randomUUID();
  await joinDeliveries(sql, idsOf(single), digestId);
  return [...groups, single.map((each) => ({ ...each, digestId }))];
}

/** One attempt; returns why it failed. */
async function sendGroup(
  { sql, sender }: DeliveryDeps,
  destination: DestinationRow,
  group: ClaimedDelivery[],
): Promise<string | null> {
  const { ok, detail, latencyMs } = await sender.send(destination, noticeOf(group));
  if (ok) {
    await noteDelivery(sql, idsOf(group), { ok, detail, latencyMs });
    return null;
  }
  const [first] = group;
  const isGivenUp = first !== undefined && Date.now() - first.createdAt.getTime() > GIVE_UP_MS;
  const retryMs = isGivenUp ? null : Math.min(HOUR_MS, FIRST_RETRY_MS * 2 ** ((first?.tries ?? 1) - 1));
  await noteDelivery(sql, idsOf(group), { ok, detail, latencyMs, retryMs });
  return detail;
}

/** The key names the delivery, so that it is the same each time it is tried. */
function noticeOf(group: ClaimedDelivery[]): Notice {
  const [first] = group;
  const key = first?.digestId ?? `incident-${first?.incidentId}-${first?.event}-${first?.id}`;
  return { key, messages: group.map(({ event, content }) => ({ event, incident: content })) };
}
