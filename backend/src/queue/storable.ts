import { limits } from '@job-manager/shared/limits';

/** Text as PostgreSQL takes it: no NUL, no half of a surrogate pair, no longer than `most` characters. */
export function storableText(text: string, most: number): string {
  const clean = text.replaceAll('\u0000', '').toWellFormed();
  return clean.length <= most ? clean : `${clean.slice(0, most - 1).toWellFormed()}…`;
}

export interface StorableMetadata {
  /** JSON text; null when there is nothing to keep. */
  json: string | null;
  truncated: boolean;
}

/**
 * Metadata as JSON text of at most 256 kB. What is too large is left out key by key, the later ones first,
 * and said so. Throws NotJsonError for what JSON has no word for.
 */
export function storableMetadata(metadata: Record<string, unknown>): StorableMetadata {
  const parts: string[] = [];
  let bytes = 2;
  let truncated = false;
  for (const [key, value] of Object.entries(metadata)) {
    if (value === undefined) continue;
    const part = `${JSON.stringify(storableText(key, 200))}:${toJson(value, key)}`;
    bytes += Buffer.byteLength(part) + 1;
    if (bytes > limits.metadataBytes) {
      truncated = true;
      break;
    }
    parts.push(part);
  }
  return { json: parts.length === 0 && !truncated ? null : `{${parts.join(',')}}`, truncated };
}

/** Something a job returned or reported that isn't JSON; the message says what and where. */
export class NotJsonError extends Error {}

function toJson(value: unknown, path: string): string {
  refuseUnrepresentable(value, path, []);
  return JSON.stringify(value, (_key, item) => (typeof item === 'string' ? storableText(item, Infinity) : item));
}

function refuseUnrepresentable(value: unknown, path: string, above: object[]): void {
  if (typeof value === 'bigint' || typeof value === 'function' || typeof value === 'symbol') {
    throw new NotJsonError(`\`${path}\` is a ${typeof value}, which isn't JSON`);
  }
  if (typeof value !== 'object' || value === null) return;
  if (above.includes(value)) throw new NotJsonError(`\`${path}\` contains itself, which isn't JSON`);
  if (above.length > limits.jsonDepth)
    throw new NotJsonError(`\`${path}\` is nested deeper than ${limits.jsonDepth} levels`);
  if ('toJSON' in value && typeof value.toJSON === 'function') return;
  for (const [key, item] of Object.entries(value)) refuseUnrepresentable(item, `${path}.${key}`, [...above, value]);
}
