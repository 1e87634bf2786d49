import type { MessageLevel } from '@job-manager/shared/message';
import { expect, it } from 'vitest';
import { MessageBuffer } from './message-buffer.js';

const lease = (id: string) => ({ id, leaseToken: `lease ${id}` });
const line = (message: string, level: MessageLevel = 'INFO') => ({ level, message, data: null });
const taken = (buffer: MessageBuffer) =>
  buffer.take().map(({ id, lines, lost }) => ({ id, lost, messages: lines.map(({ message }) => message) }));
const NONE = { INFO: 0, WARN: 0, ERROR: 0 };

it('returns lines by run and in their order', () => {
  const buffer = new MessageBuffer();
  for (const id of ['1', '2', '1']) buffer.add(lease(id), line(`of ${id}`));
  expect(taken(buffer)).toEqual([
    { id: '1', lost: NONE, messages: ['of 1', 'of 1'] },
    { id: '2', lost: NONE, messages: ['of 2'] },
  ]);
  expect(buffer.isEmpty).toBe(true);
});

it('serves in turn, and first the run that waits for it', () => {
  const buffer = new MessageBuffer();
  for (let count = 0; count < 5_000; count++) buffer.add(lease('talkative'), line(`${count}`));
  buffer.add(lease('quiet'), line('hello'));
  expect(taken(buffer).map(({ id, messages }) => [id, messages.length])).toEqual([['talkative', 2_000]]);
  expect(taken(buffer).map(({ id, messages }) => [id, messages.length])).toEqual([
    ['quiet', 1],
    ['talkative', 1_999],
  ]);
  buffer.add(lease('quiet'), line('bye'));
  buffer.prefer('lease quiet');
  expect(taken(buffer).map(({ id }) => id)).toEqual(['quiet', 'talkative']);
  expect(buffer.isEmpty).toBe(true);
});

it('puts no more text into one statement than it carries', () => {
  const buffer = new MessageBuffer();
  for (let count = 0; count < 2_000; count++) buffer.add(lease('1'), line('x'.repeat(4_000)));
  expect(taken(buffer)[0]?.messages.length).toBeLessThan(600);
});

it('reports whether a run has lines that wait or are being written', () => {
  const buffer = new MessageBuffer();
  expect(buffer.has('lease 1')).toBe(false);
  buffer.add(lease('1'), line('a'));
  buffer.take();
  expect(buffer.has('lease 1')).toBe(true);
  buffer.settle();
  expect(buffer.has('lease 1')).toBe(false);
});

it('beyond its memory drops the oldest of the least severe lines of the largest run, and counts them', () => {
  const buffer = new MessageBuffer(100_000);
  buffer.add(lease('quiet'), line('quiet'));
  buffer.add(lease('loud'), line('oldest of all', 'ERROR'));
  for (let count = 0; count < 2_000; count++) buffer.add(lease('loud'), line(`info ${count}`));
  const [quiet, loud] = taken(buffer);
  expect(quiet).toEqual({ id: 'quiet', lost: NONE, messages: ['quiet'] });
  expect(loud?.messages[0]).toBe('oldest of all');
  expect(loud?.lost).toMatchObject({ WARN: 0, ERROR: 0 });
  expect(loud?.lost?.INFO).toBe(2_001 - (loud?.messages.length ?? 0));
  expect(loud?.messages.at(-1)).toBe('info 1999');
  expect(loud?.messages[1]).toBe(`info ${loud?.lost?.INFO}`);
});

it('drops warnings and errors once there is nothing else to drop', () => {
  const buffer = new MessageBuffer(10_000);
  for (let count = 0; count < 500; count++)
    buffer.add(lease('1'), line(`${count}`, count % 2 === 0 ? 'WARN' : 'ERROR'));
  const [batch] = taken(buffer);
  expect(batch?.lost?.WARN).toBeGreaterThan(200);
  expect((batch?.lost?.WARN ?? 0) + (batch?.lost?.ERROR ?? 0) + (batch?.messages.length ?? 0)).toBe(500);
  expect(batch?.messages.length).toBeLessThan(100);
});

it('drops a run whose lease was lost', () => {
  const buffer = new MessageBuffer();
  buffer.add(lease('1'), line('a'));
  buffer.forget('lease 1');
  expect(buffer.has('lease 1')).toBe(false);
  expect(buffer.lines).toBe(0);
});
