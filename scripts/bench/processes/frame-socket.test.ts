import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { SharedMessage, SharedText } from '@job-manager/server/live/shared-message';
import { afterEach, expect, it, vi } from 'vitest';
import { type Frame, openFrames, textOf } from './frame-socket.js';

const server = createServer((_request, response) => response.writeHead(403).end());
let stream: Duplex;
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

const message = (text: string) => new SharedMessage('server.admin.jobs_changed', new SharedText(JSON.stringify(text)));

function plain(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.of(0x81, 126, bytes.length >> 8, bytes.length & 0xff), bytes]);
}

it('reads frames of all lengths, compressed and plain, however they are cut, and answers pings', async () => {
  server.on('upgrade', (_request, socket: Duplex) => {
    stream = socket;
    stream.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const frames: Frame[] = [];
  const { port } = server.address() as AddressInfo;
  const client = openFrames(`http://127.0.0.1:${port}`, 'a token', (frame) => frames.push(frame));
  await vi.waitFor(() => expect(stream).toBeDefined());

  const messages = [
    message('x'),
    message(randomBytes(400).toString('hex')),
    message(randomBytes(90_000).toString('hex')),
  ];
  const ping = Buffer.of(0x89, 0);
  const text = message('y'.repeat(300)).textAt(3).toString();
  const bytes = Buffer.concat([...messages.map((each, seq) => each.frameAt(seq)), ping, plain(text)]);
  for (let at = 0; at < bytes.length; at += 7_919) {
    stream.write(bytes.subarray(at, at + 7_919));
    await new Promise(setImmediate);
  }
  await vi.waitFor(() => expect(frames).toHaveLength(4));
  expect(frames.map(textOf)).toEqual([...messages.map((each, seq) => each.textAt(seq).toString()), text]);
  expect(frames.map(({ isDeflated }) => isDeflated)).toEqual([true, true, true, false]);
  const [pong] = (await once(stream, 'data')) as [Buffer];
  expect(pong[0]).toBe(0x8a);
  client.close();
  expect(await client.closed).toBeUndefined();
});
