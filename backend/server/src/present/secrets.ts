import { refusal } from '@job-manager/client/errors';
import { REDACTED, type Redaction } from '@job-manager/shared/redaction';

/** The JSON value as all callers may see it: texts under the name of a secret, and secrets within texts, are redacted. */
export function hideSecrets<Value>(value: Value, redaction: Redaction): Value {
  return hide(value, redaction, false) as Value;
}

function hide(value: unknown, redaction: Redaction, isSecret: boolean): unknown {
  if (typeof value === 'string') return hideText(value, redaction, isSecret);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => hide(item, redaction, isSecret));
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, hide(part, redaction, isSecret || redaction.isSecret(key))]),
  );
}

const hideText = (text: string, redaction: Redaction, isSecret: boolean): string =>
  isSecret && text !== '' ? REDACTED : redaction.text(text);

/**
 * The parameters as they were given, with the secrets of `kept` wherever the given text is what `hideSecrets` makes of
 * the kept one: so a form that shows them redacted can be sent as it is. Throws QueueError where a text has `[redacted]`
 * in it and nothing was kept at its place: a job would take it for the secret.
 */
export function restoreSecrets<Value>(given: Value, kept: unknown, redaction: Redaction): Value {
  return restore({ given, kept, path: 'parameters', isSecret: false }, redaction) as Value;
}

interface Place {
  given: unknown;
  kept: unknown;
  path: string;
  isSecret: boolean;
}

function restore({ given, kept, path, isSecret }: Place, redaction: Redaction): unknown {
  if (typeof given === 'string') return restoreText({ given, kept, path, isSecret }, redaction);
  if (typeof given !== 'object' || given === null) return given;
  if (Array.isArray(given)) {
    // In a list that became longer or shorter it is unknown which item is which.
    const items = Array.isArray(kept) && kept.length === given.length ? kept : [];
    return given.map((item, index) =>
      restore({ given: item, kept: items[index], path: `${path}.${index}`, isSecret }, redaction),
    );
  }
  const before: Record<string, unknown> = isObject(kept) ? kept : {};
  return Object.fromEntries(
    Object.entries(given).map(([key, part]) => {
      const place = { given: part, kept: Object.hasOwn(before, key) ? before[key] : undefined, path: `${path}.${key}` };
      return [key, restore({ ...place, isSecret: isSecret || redaction.isSecret(key) }, redaction)];
    }),
  );
}

function restoreText({ given, kept, path, isSecret }: Place & { given: string }, redaction: Redaction): string {
  if (!given.includes(REDACTED) || given === kept) return given;
  if (typeof kept === 'string' && given === hideText(kept, redaction, isSecret)) return kept;
  throw refusal('INVALID_PARAMETERS', path, `has ${REDACTED} where no secret is kept; write the value itself`);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
