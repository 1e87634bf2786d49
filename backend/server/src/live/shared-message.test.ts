import { randomBytes } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { SharedMessage, SharedText } from './shared-message.js';

/** What a browser makes of a compressed frame: RFC 6455, section 5.2, and RFC 7692, section 7.2.2. */
function read(frame: Buffer): string {
  expect(frame[0]).toBe(0b1100_0001);
  const short = frame[1] as number;
  const head = short < 126 ? 2 : short === 126 ? 4 : 10;
  const length = head === 2 ? short : head === 4 ? frame.readUInt16BE(2) : Number(frame.readBigUInt64BE(2));
  expect(frame).toHaveLength(head + length);
  // What the sender leaves out, and a last block: only a stream that is whole up to there has an end.
  const stream = Buffer.concat([frame.subarray(head), Buffer.of(0, 0, 0xff, 0xff), Buffer.of(1, 0, 0, 0xff, 0xff)]);
  return inflateRawSync(stream).toString();
}

it.each([
  ['a few bytes', 'x'],
  ['text that compresses well', 'Grüße, '.repeat(5_000)],
  ['more than a length of one byte can express', randomBytes(1_000).toString('hex')],
  ['more than a length of two bytes can express', randomBytes(100_000).toString('hex')],
])('is the same as a frame as it is as a text: %s', (_what, text) => {
  const message = new SharedMessage('server.admin.jobs_snapshot', new SharedText(`{"runs":"${text}"`), ',"rest":"ä"}');
  for (const seq of [0, 12, 1_234_567]) {
    expect(read(message.frameAt(seq))).toBe(message.textAt(seq).toString());
    expect(JSON.parse(message.textAt(seq).toString())).toEqual({
      type: 'server.admin.jobs_snapshot',
      seq,
      data: { runs: text, rest: 'ä' },
    });
  }
});

it('is written once for all viewers at the same number, and compressed once for all', () => {
  const data = new SharedText('x'.repeat(5_000));
  const message = new SharedMessage('server.admin.jobs_changed', data);
  expect(message.frameAt(7)).toBe(message.frameAt(7));
  expect(message.textAt(7)).toBe(message.textAt(7));
  expect(message.frameAt(8)).not.toEqual(message.frameAt(7));
  expect(data.deflated).toBe(data.deflated);
});

it('is compressed where that saves a packet', () => {
  const isWorthIt = (chars: number) =>
    new SharedMessage('server.admin.jobs_changed', new SharedText('x'.repeat(chars))).isWorthDeflating;
  expect([100, 1_000, 1_024, 100_000].map(isWorthIt)).toEqual([false, false, true, true]);
});
