import type { Sql } from '@job-manager/engine/store/sql';
import { expect, it } from 'vitest';
import { createRefusals, MAX_LISTED_OF_STRANGERS, MAX_LISTED_PER_SOURCE, type Refusal } from './refusals.js';

function startRefusals() {
  let now = 0;
  const entries: { actorEmail: unknown; target: unknown; ip: unknown; details: unknown }[] = [];
  const query = async (_text: string, values: unknown[]) => {
    const [, actorEmail, , target, ip, , , details] = values;
    entries.push({ actorEmail, target, ip, details: JSON.parse(String(details)) });
    return { rows: [] };
  };
  const refusals = createRefusals({ sql: { query } as unknown as Sql, onError: () => {}, now: () => now });
  return { refusals, entries, pass: (ms: number) => (now += ms) };
}

const refusal = (ip: string | null, part: Partial<Refusal> = {}): Refusal => ({
  ...{ actorId: null, actorEmail: null, action: 'access.denied', target: 'POST /x', ip, userAgent: null, details: {} },
  ...part,
});

it('treats one network as one source, and counts requests beyond its limit', async () => {
  const { refusals, entries, pass } = startRefusals();
  for (let n = 0; n < 300; n++) await refusals.record(refusal(`2001:db8:0:1::${n.toString(16)}`));
  expect(entries).toHaveLength(MAX_LISTED_PER_SOURCE);
  pass(60_000);
  await refusals.record(refusal('192.0.2.1'));
  expect(entries.slice(MAX_LISTED_PER_SOURCE)).toEqual([
    {
      actorEmail: null,
      target: `${300 - MAX_LISTED_PER_SOURCE} more refusals within a minute`,
      ip: '2001:db8:0:1',
      details: { refusals: 300 - MAX_LISTED_PER_SOURCE, networks: 1, actions: ['access.denied'] },
    },
    expect.objectContaining({ ip: '192.0.2.1' }),
  ]);
});

it('bounds all strangers together, and spares those who proved who they are', async () => {
  const { refusals, entries } = startRefusals();
  for (let n = 0; n < 1_000; n++) await refusals.record(refusal(`10.0.${n >> 8}.${n & 255}`));
  expect(entries).toHaveLength(MAX_LISTED_OF_STRANGERS);
  await refusals.record(refusal('10.0.0.1', { actorEmail: 'ada@example.com', source: 'user 7' }));
  expect(entries.at(-1)?.actorEmail).toBe('ada@example.com');
  await refusals.flush();
  expect(entries.at(-1)?.details).toMatchObject({ refusals: 1_000 - MAX_LISTED_OF_STRANGERS });
  await refusals.flush();
  expect(entries).toHaveLength(MAX_LISTED_OF_STRANGERS + 2);
});

it('writes once per kind, network and minute, and makes no lookup in between', async () => {
  const { refusals, entries, pass } = startRefusals();
  let lookups = 0;
  const once = (kind: string, ip: string) =>
    refusals.recordOnce(kind, ip, async () => {
      lookups += 1;
      return refusal(ip, { target: kind });
    });
  await Promise.all([once('token', '10.0.0.1'), once('token', '10.0.0.1')]);
  await once('socket', '10.0.0.1');
  await once('token', '10.0.0.2');
  expect([lookups, entries.length]).toEqual([3, 3]);
  pass(60_000);
  await once('token', '10.0.0.1');
  expect(lookups).toBe(4);
});

it('never fails a call because the log cannot be written', async () => {
  const errors: unknown[] = [];
  const query = () => Promise.reject(new Error('the database is gone'));
  const refusals = createRefusals({ sql: { query } as unknown as Sql, onError: (error) => errors.push(error) });
  await refusals.record(refusal('10.0.0.1'));
  await refusals.recordOnce('token', '10.0.0.1', () => Promise.reject(new Error('nor be read')));
  expect(errors).toHaveLength(2);
});
