import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import { constants, inflateRawSync } from 'node:zlib';

/** A message as it came over the network, without the head of its frame. */
export interface Frame {
  payload: Buffer;
  isDeflated: boolean;
}

/** A connection to `/ws` that reads frames and no more. */
export interface FrameSocket {
  /** Resolves when it is over, with the status that refused it if one did. */
  closed: Promise<number | undefined>;
  close(): void;
}

const TEXT = 1;
const CLOSE = 8;
const PING = 9;
/** Without a text, and with a mask that changes nothing: clients have to have one. */
const PONG = Buffer.of(0x8a, 0x80, 0, 0, 0, 0);
/** What a sender leaves out at the end of a compressed message: RFC 7692, section 7.2.1. */
const TAIL = Buffer.of(0, 0, 0xff, 0xff);

/**
 * Opens a socket as a browser does, which takes compressed messages, and leaves them as they are: a thousand on one
 * machine that read them all would cost more than to send them. `url` is the server's.
 */
export function openFrames(url: string, token: string, onFrame: (frame: Frame) => void): FrameSocket {
  const headers = {
    authorization: `Bearer ${token}`,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': randomBytes(16).toString('base64'),
    'sec-websocket-extensions': 'permessage-deflate; server_no_context_takeover; client_no_context_takeover',
  };
  const upgradeRequest = request(`${url}/ws`, { headers });
  let stream: Duplex | undefined;
  const closed = new Promise<number | undefined>((resolve) => {
    upgradeRequest.on('error', () => resolve(undefined));
    upgradeRequest.on('response', ({ statusCode }) => resolve(statusCode));
    upgradeRequest.on('upgrade', (_response, opened: Duplex, head: Buffer) => {
      stream = opened;
      opened.on('error', () => opened.destroy());
      opened.on('close', () => resolve(undefined));
      read(opened, head, onFrame);
    });
  });
  upgradeRequest.end();
  return { closed, close: () => (stream ?? upgradeRequest).destroy() };
}

/** The JSON of a message. */
export function textOf({ payload, isDeflated }: Frame): string {
  if (!isDeflated) return payload.toString();
  return inflateRawSync(Buffer.concat([payload, TAIL]), { finishFlush: constants.Z_SYNC_FLUSH }).toString();
}

function read(stream: Duplex, head: Buffer, onFrame: (frame: Frame) => void): void {
  let chunks: Buffer[] = [];
  let had = 0;
  let needed = 2;
  const take = (chunk: Buffer) => {
    chunks.push(chunk);
    had += chunk.length;
    if (had < needed) return;
    let rest = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    for (needed = lengthOf(rest); rest.length >= needed; needed = lengthOf(rest)) {
      readFrame(stream, rest.subarray(0, needed), onFrame);
      rest = rest.subarray(needed);
    }
    chunks = [rest];
    had = rest.length;
  };
  stream.on('data', take);
  take(head);
}

function readFrame(stream: Duplex, frame: Buffer, onFrame: (frame: Frame) => void): void {
  const [first = 0, second = 0] = frame;
  const opcode = first & 0x0f;
  if (opcode === TEXT) onFrame({ payload: frame.subarray(headOf(second)), isDeflated: (first & 0x40) !== 0 });
  if (opcode === PING) stream.write(PONG);
  if (opcode === CLOSE) stream.end();
}

/**
 * How long the frame is that these bytes begin, head included: at least the bytes that determine it. RFC 6455, section
 * 5.2.
 */
function lengthOf(bytes: Buffer): number {
  const second = bytes[1];
  if (second === undefined) return 2;
  const head = headOf(second);
  if (bytes.length < head) return head;
  if (head === 2) return head + second;
  return head + (head === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2)));
}

function headOf(second: number): number {
  if (second < 126) return 2;
  return second === 126 ? 4 : 10;
}
