import { type JsonOptions, TooLargeError, writeJson } from '@job-manager/client/json-value';
import type { JobRunStep } from '@job-manager/shared/contract/message';
import { cutText } from '@job-manager/shared/cut-text';
import { limits } from '@job-manager/shared/limits';
import { withoutTerminalCodes } from '@job-manager/shared/terminal-text';
import { REDACTED, type Redaction } from './redaction.js';

/** Of a text over its limit, at most so many times the limit is processed. */
const READ_AHEAD = 4;

/**
 * Text that people read, as it is kept: without secrets, without codes for terminals, NUL and halves of surrogate pairs,
 * and in at most `maxChars` characters; what is longer is cut, with a note of how much. `missing` characters were left out
 * before.
 */
export function storableText(text: string, maxChars: number, redaction?: Redaction, missing = 0): string {
  const read = text.slice(0, READ_AHEAD * maxChars);
  // Secrets are searched last: a code for colours may be within a name.
  const plain = withoutTerminalCodes(read).toWellFormed();
  return cutText(redaction ? redaction.text(plain) : plain, maxChars, missing + text.length - read.length);
}

/** Data as PostgreSQL takes it: no NUL, no half of a surrogate pair. */
const storableString = (text: string): string =>
  UNSTORABLE.test(text) ? text.replaceAll('\u0000', '').toWellFormed() : text;
const UNSTORABLE = /\0|\p{Surrogate}/u;

/** What a run or a step is doing, as it is kept. */
export const storableProgress = (message: string, redaction: Redaction | undefined): string =>
  storableText(message, limits.progressChars, redaction);

/**
 * How data is written that is kept: as PostgreSQL takes it, without secrets. What is named like one is hidden down to its last
 * text. Made once for each redaction: for a small value, making functions takes longer than the writing.
 */
export function dataOptions(
  textOf: (text: string, redaction: Redaction) => string,
  others: Pick<JsonOptions, 'maxChars' | 'instead'> = {},
): (redaction: Redaction) => JsonOptions {
  const made = new WeakMap<Redaction, JsonOptions>();
  return (redaction) => {
    const options = made.get(redaction) ?? {
      ...others,
      isSecret: redaction.isSecret,
      name: storableString,
      // Counts, flags and what is empty are no secrets.
      text: (value, isSecret) => (isSecret && value !== '' ? REDACTED : storableString(textOf(value, redaction))),
    };
    made.set(redaction, options);
    return options;
  };
}

/** Steps as JSON text, without secrets. */
export const storableSteps = (steps: readonly JobRunStep[], redaction: Redaction): string =>
  JSON.stringify(steps, (_key, item) => (typeof item === 'string' ? redaction.text(item) : item));

export interface StorableMetadata {
  /** JSON text; null when there is nothing to keep. */
  json: string | null;
  truncated: boolean;
}

/**
 * Metadata as JSON text of at most 256 kB, without secrets. What is too large is left out key by key, the last first,
 * with a note. Throws NotJsonError for what JSON can't express.
 */
export function storableMetadata(metadata: Record<string, unknown>, redaction: Redaction): StorableMetadata {
  const parts: string[] = [];
  let bytes = 2;
  let truncated = false;
  for (const [key, value] of Object.entries(metadata)) {
    if (value === undefined) continue;
    const json = metadataJson(value, key, redaction);
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

/** More than may be kept, for a secret may take more room than the word that stands for it. */
const METADATA_CHARS = 4 * limits.metadataBytes;

const metadataOptions = dataOptions(
  (text, redaction) => {
    if (text.length > METADATA_CHARS) throw new TooLargeError('A text is too large');
    return redaction.text(text);
  },
  { maxChars: METADATA_CHARS },
);

/** Undefined for what is far too large: serializing a hundred megabytes would block the process for seconds. */
function metadataJson(value: unknown, key: string, redaction: Redaction): string | undefined {
  try {
    return writeJson(value, key, metadataOptions(redaction)) ?? 'null';
  } catch (error) {
    if (error instanceof TooLargeError) return undefined;
    throw error;
  }
}
