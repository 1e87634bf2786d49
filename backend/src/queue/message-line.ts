import { limits } from '@job-manager/shared/limits';
import type { MessageLevel } from '@job-manager/shared/message';
import { REDACTED, type Redaction } from './redaction.js';
import { storableJson, storableText } from './storable.js';

/** A message as it is stored: short enough, without secrets. */
export interface MessageLine {
  level: MessageLevel;
  message: string;
  /** JSON text. */
  data: string | null;
}

const TEXT_CHARS = 1_000;
/** Names what was left out of the data; no key that a job would use itself. */
const LEFT_OUT = '…';

/** Whatever a job says as a line that can be stored. Never throws: a log call is no reason for a run to fail. */
export function messageLine(level: MessageLevel, message: unknown, data: unknown, redaction: Redaction): MessageLine {
  return { level, message: storableMessage(message, redaction), data: storableData(data, redaction) };
}

function storableMessage(message: unknown, redaction: Redaction): string {
  try {
    return storableText(String(message), limits.messageChars, redaction);
  } catch {
    return 'A message that cannot be read';
  }
}

function storableData(data: unknown, redaction: Redaction): string | null {
  if (data === undefined || data === null) return null;
  try {
    const json = toJson(data, redaction);
    if (json === undefined) return null;
    if (json.length <= limits.messageDataBytes && fits(json)) return json;
  } catch {
    // Part of it may do.
  }
  return partOf(data, redaction);
}

/** As many of the entries as fit, and the names of those that don't. */
function partOf(data: unknown, redaction: Redaction): string {
  const parts: string[] = [];
  const leftOut: string[] = [];
  let bytes = 500;
  for (const key of keysOf(data)) {
    const part = entry(data as Record<string, unknown>, key, redaction);
    bytes += part === undefined ? 0 : Buffer.byteLength(part) + 1;
    if (part === undefined || bytes > limits.messageDataBytes) leftOut.push(key);
    else parts.push(part);
  }
  const names = leftOut.length === 0 ? 'too large' : `left out: ${leftOut.join(', ').slice(0, 300)}`;
  return `{${[...parts, `"${LEFT_OUT}":${storableJson(names)}`].join(',')}}`;
}

/** Enough to fill the space, however many there are. */
function keysOf(data: unknown): string[] {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return [];
  try {
    return Object.keys(data).slice(0, 200);
  } catch {
    return [];
  }
}

function entry(data: Record<string, unknown>, key: string, redaction: Redaction): string | undefined {
  try {
    const json = redaction.isSecret(key) ? storableJson(REDACTED) : toJson(data[key], redaction);
    return json === undefined ? undefined : `${storableJson(key.slice(0, 200))}:${json}`;
  } catch {
    return undefined;
  }
}

/** Throws for what can't be JSON, and for what is far too large, before it is walked to its end. */
function toJson(value: unknown, redaction: Redaction): string | undefined {
  let room = 4 * limits.messageDataBytes;
  return storableJson(value, (name, item) => {
    room -= name.length + 8;
    if (room < 0) throw new RangeError('Too large');
    if (redaction.isSecret(name)) return item === null ? null : REDACTED;
    if (typeof item === 'bigint') return String(item);
    if (item instanceof Error) return { name: item.name, message: item.message };
    if (typeof item !== 'string') return item;
    const text = storableText(item, TEXT_CHARS, redaction);
    room -= text.length;
    return text;
  });
}

const fits = (json: string): boolean => Buffer.byteLength(json) <= limits.messageDataBytes;
