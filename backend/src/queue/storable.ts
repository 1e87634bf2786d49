import type { JobRunStep } from '@job-manager/shared/contract/message';
import { cutText } from '@job-manager/shared/cut-text';
import { limits } from '@job-manager/shared/limits';
import { withoutTerminalCodes } from '@job-manager/shared/terminal-text';
import { REDACTED, type Redaction } from './redaction.js';

/** Of a text that is longer than it may be, no more than so many times its limit is looked at. */
const READ_AHEAD = 4;

/**
 * Text that people read, as it is kept: without secrets, without codes for terminals, NUL and halves of surrogate pairs,
 * and in at most `maxChars` characters; what is longer is cut, and says by how much. `missing` characters were left out
 * before.
 */
export function storableText(text: string, maxChars: number, redaction?: Redaction, missing = 0): string {
  const read = text.slice(0, READ_AHEAD * maxChars);
  // Secrets are looked for last: a code for colours may stand in the midst of a name.
  const plain = withoutTerminalCodes(read).toWellFormed();
  return cutText(redaction ? redaction.text(plain) : plain, maxChars, missing + text.length - read.length);
}

/** Data as PostgreSQL takes it: no NUL, no half of a surrogate pair. */
const storableString = (text: string): string => text.replaceAll('\u0000', '').toWellFormed();

/** What `JSON.stringify` makes of a value, as PostgreSQL takes it: without NUL and half surrogate pairs. */
export function storableJson(value: unknown, replacer?: (key: string, item: unknown) => unknown): string | undefined {
  const json: string | undefined = JSON.stringify(value, replacer);
  return json !== undefined && UNSTORABLE.test(json) ? JSON.stringify(JSON.parse(json, cleaned)) : json;
}

/** How `JSON.stringify` writes NUL and half surrogate pairs; also found in a text that speaks of them, which does no harm. */
const UNSTORABLE = /\\u(?:0000|d[89a-f])/i;

function cleaned(_key: string, item: unknown): unknown {
  if (typeof item === 'string') return storableString(item);
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
  return Object.fromEntries(Object.entries(item).map(([key, value]) => [storableString(key), value]));
}

/** What a run or a step is doing, as it is kept. */
export const storableProgress = (message: string, redaction: Redaction | undefined): string =>
  storableText(message, limits.progressChars, redaction);

/** Steps as JSON text, without secrets. */
export const storableSteps = (steps: readonly JobRunStep[], redaction: Redaction): string =>
  storableJson(steps, (_key, item) => (typeof item === 'string' ? redaction.text(item) : item)) ?? '[]';

export interface StorableMetadata {
  /** JSON text; null when there is nothing to keep. */
  json: string | null;
  truncated: boolean;
}

/**
 * Metadata as JSON text of at most 256 kB, without secrets. What is too large is left out key by key, the later
 * ones first, and said so. Throws NotJsonError for what JSON has no word for.
 */
export function storableMetadata(metadata: Record<string, unknown>, redaction: Redaction): StorableMetadata {
  const parts: string[] = [];
  let bytes = 2;
  let truncated = false;
  for (const [key, value] of Object.entries(metadata)) {
    if (value === undefined) continue;
    const json = toJson(value, key, redaction);
    const part = json && `${JSON.stringify(storableString(key.slice(0, 200)))}:${json}`;
    bytes += Buffer.byteLength(part ?? '') + 1;
    if (part === undefined || bytes > limits.metadataBytes) {
      truncated = true;
      break;
    }
    parts.push(part);
  }
  return { json: parts.length === 0 && !truncated ? null : `{${parts.join(',')}}`, truncated };
}

/** Something a job returned or reported that isn't JSON; the message says what and where. */
export class NotJsonError extends Error {}

/** Undefined for what is far too large: putting a hundred megabytes into words would stop the process for seconds. */
function toJson(value: unknown, path: string, redaction: Redaction): string | undefined {
  if (redaction.isSecret(path)) return JSON.stringify(REDACTED);
  // More than may be kept, for a secret may take more room than the word that stands for it.
  if (!new Inspection(4 * limits.metadataBytes).fits(value, path, [])) return undefined;
  const json = storableJson(value, (key, item) => {
    if (item !== null && redaction.isSecret(key)) return REDACTED;
    return typeof item === 'string' ? redaction.text(item) : item;
  });
  // What JSON leaves out of an object.
  return json ?? 'null';
}

/** A look at a value that stops where it is clear that its JSON is longer than `most`. */
class Inspection {
  #left: number;

  constructor(most: number) {
    this.#left = most;
  }

  /** Throws NotJsonError for what JSON has no word for, as far as was looked. */
  fits(value: unknown, path: string, above: readonly object[]): boolean {
    if (typeof value === 'bigint' || typeof value === 'function' || typeof value === 'symbol') {
      throw new NotJsonError(`\`${path}\` is a ${typeof value}, which isn't JSON`);
    }
    this.#left -= typeof value === 'string' ? value.length + 2 : 2;
    if (this.#left < 0) return false;
    if (typeof value !== 'object' || value === null) return true;
    if (above.includes(value)) throw new NotJsonError(`\`${path}\` contains itself, which isn't JSON`);
    if (above.length > limits.jsonDepth)
      throw new NotJsonError(`\`${path}\` is nested deeper than ${limits.jsonDepth} levels`);
    // Bytes become numbers with commas between.
    if (ArrayBuffer.isView(value)) return 2 * value.byteLength <= this.#left;
    if ('toJSON' in value && typeof value.toJSON === 'function') return true;
    return this.#fitsParts(value, path, [...above, value]);
  }

  #fitsParts(value: object, path: string, above: readonly object[]): boolean {
    // Neither items nor keys are listed first: there may be millions of them, or only room for them.
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index++) {
        if (!this.fits(value[index], `${path}.${index}`, above)) return false;
      }
      return true;
    }
    for (const key in value) {
      if (!Object.hasOwn(value, key)) continue;
      this.#left -= key.length;
      if (!this.fits((value as Record<string, unknown>)[key], `${path}.${key}`, above)) return false;
    }
    return true;
  }
}
