import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';

const HANG_MS = 20_000;

/**
 * Opens `/ws` by hand, then sends bytes that no library would, and resolves once the server has closed the
 * connection. Rejects when it neither closes nor receives a close frame.
 */
export function sendRaw(url: string, token: string, bytes: Buffer): Promise<void> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    const handshake = [
      'GET /ws HTTP/1.1',
      `Host: ${hostname}:${port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      `Authorization: Bearer ${token}`,
      '\r\n',
    ];
    socket.write(handshake.join('\r\n'));
    socket.once('data', () => {
      socket.write(bytes);
      // Half a frame alone breaks no rule: its sender has to disconnect.
      socket.end();
    });
    socket.setTimeout(HANG_MS, () => reject(new Error('The server keeps a connection that sent garbage')));
    socket.on('error', () => {});
    socket.on('close', () => resolve());
  });
}

/**
 * Frames that break the protocol in one way each: unmasked, reserved bits and opcodes, impossible lengths, broken text.
 */
export const brokenFrames: readonly Buffer[] = [
  Buffer.from([0x81, 0x02, 0x7b, 0x7d]),
  Buffer.from([0xf1, 0x80, 0, 0, 0, 0]),
  Buffer.from([0x83, 0x80, 0, 0, 0, 0]),
  Buffer.from([0x8b, 0x80, 0, 0, 0, 0]),
  Buffer.from([0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]),
  Buffer.from([0x81, 0xff, 0, 0, 0, 0x01, 0, 0, 0, 0, 0, 0, 0, 0]),
  Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe]),
  Buffer.from([0x80, 0x82, 0, 0, 0, 0, 0x7b, 0x7d]),
  Buffer.from([0x01, 0x81, 0, 0, 0, 0, 0x7b, 0x81, 0x81, 0, 0, 0, 0, 0x7d]),
  Buffer.from([0x89, 0xfe, 0x00, 0x7e, 0, 0, 0, 0]),
  Buffer.from([0x88, 0x81, 0, 0, 0, 0, 0x01]),
  Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xed]),
  Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
];
