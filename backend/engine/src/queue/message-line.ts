import { inspect } from 'node:util';
import { jsonForm, writeJson } from '@job-manager/client/json-value';
import { limits } from '@job-manager/shared/limits';
import type { MessageLevel } from '@job-manager/shared/message';
import type { Redaction } from './redaction.js';
import { dataOptions, storableText } from './storable.js';

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

/** Converts a log call of a job to a line that can be stored. Never throws: a log call must not fail a run. */
export function messageLine(level: MessageLevel, message: unknown, data: unknown, redaction: Redaction): MessageLine {
  // Other loggers take the data first.
  const isSwapped = typeof message === 'object' && message !== null && typeof data === 'string';
  const [text, beside] = isSwapped ? [data, message] : [message, data];
  return { level, message: storableMessage(text, redaction), data: storableData(beside, redaction) };
}

/** What a log call was given, as a message and its data; other loggers want the data first. */
export function messageFirst([first, second]: readonly unknown[]): [message: unknown, data: unknown] {
  if (typeof first !== 'object' || first === null) return [first, second];
  try {
    if (first instanceof Error) return [second ?? first.message, { error: first }];
  } catch {
    return [first, second];
  }
  return typeof second === 'string' ? [second, first] : [second ?? 'Data', first];
}

function storableMessage(message: unknown, redaction: Redaction): string {
  try {
    return storableText(String(message), limits.messageChars, redaction);
  } catch {
    return 'A message that cannot be read';
  }
}

/** Data as JSON text of at most 4 kB, null for none; what doesn't fit is named. Never throws. */
export function storableData(data: unknown, redaction: Redaction): string | null {
  if (data === undefined || data === null || typeof data === 'function') return null;
  try {
    const json = toJson(data, '', redaction);
    if (json === undefined || json === 'null') return null;
    if (json.length <= limits.messageDataBytes && fits(json)) return json;
  } catch {
    // A part of it may fit.
  }
  return partOf(data, redaction);
}

/** As many of the entries as fit, and the names of those that don't. */
function partOf(data: unknown, redaction: Redaction): string {
  const parts: string[] = [];
  const leftOut: string[] = [];
  let bytes = 500;
  for (const [key, read] of entriesOf(data)) {
    const part = entry(key, read, redaction);
    const size = part === undefined ? Number.POSITIVE_INFINITY : Buffer.byteLength(part) + 1;
    if (part === undefined || bytes + size > limits.messageDataBytes) {
      leftOut.push(key);
      continue;
    }
    bytes += size;
    parts.push(part);
  }
  const names = leftOut.length === 0 ? 'too large' : `left out: ${leftOut.join(', ').slice(0, 300)}`;
  if (parts.length === 0 || leftOut.length > 0)
    parts.push(`${JSON.stringify(LEFT_OUT)}:${JSON.stringify(storableText(names, TEXT_CHARS, redaction))}`);
  return `{${parts.join(',')}}`;
}

/** Enough to fill the space, however many there are. */
function entriesOf(data: unknown): [key: string, read: () => unknown][] {
  try {
    const form = jsonForm(data, '');
    if (typeof form !== 'object' || form === null || Array.isArray(form)) return [];
    const keys = Object.keys(form).slice(0, 200);
    return keys.map((key) => [key, () => (form as Record<string, unknown>)[key]]);
  } catch {
    return [];
  }
}

function entry(key: string, read: () => unknown, redaction: Redaction): string | undefined {
  try {
    const json = entryJson(key, read(), redaction);
    return json === undefined ? undefined : `${JSON.stringify(storableText(key, 200))}:${json}`;
  } catch {
    return undefined;
  }
}

/** The essentials of an error that refers to many large objects. */
function entryJson(key: string, value: unknown, redaction: Redaction): string | undefined {
  if (!(value instanceof Error)) return toJson(value, key, redaction);
  try {
    return toJson(value, key, redaction);
  } catch {
    return toJson({ name: value.name, message: value.message, [LEFT_OUT]: 'left out: its fields' }, key, redaction);
  }
}

const lineOptions = dataOptions((text, redaction) => storableText(text, TEXT_CHARS, redaction), {
  maxChars: 4 * limits.messageDataBytes,
  // A log call must not fail a run.
  instead: (odd) => (typeof odd === 'bigint' ? String(odd) : inspect(odd, { depth: 0, breakLength: Infinity })),
});

/** Throws for what can't be JSON, and for what is far too large, before it is walked to its end. */
const toJson = (value: unknown, key: string, redaction: Redaction): string | undefined =>
  writeJson(value, key, lineOptions(redaction));

const fits = (json: string): boolean => Buffer.byteLength(json) <= limits.messageDataBytes;
