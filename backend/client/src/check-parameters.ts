import { QueueError } from './errors.js';
import { isWithinDepth, limits } from './shared.js';

/** A NUL, or half of a surrogate pair, as JSON writes them; PostgreSQL stores neither. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;
/** Each level of nesting takes two characters at least. */
const FLAT_CHARS = 2 * limits.jsonDepth;
const MOST_BYTES_PER_CHAR = 3;

/**
 * Whether the parameters can be stored, whatever their job thinks of them; returns them as JSON, for that is the
 * larger part of the work. Throws QueueError.
 */
export function checkParameters(parameters: unknown, path = 'parameters'): string {
  const text = isObject(parameters) ? asJson(parameters) : null;
  const fault = text === null ? faultOf(parameters) : findFault(parameters, text);
  if (text === null || fault !== null) throw invalid(fault ?? faultOf(parameters), path);
  return text;
}

const invalid = (fault: string, path: string): QueueError =>
  new QueueError('INVALID_PARAMETERS', fault, [{ path, message: fault }]);

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Of what can't be written down. */
const faultOf = (parameters: unknown): string =>
  isObject(parameters) ? 'The parameters cannot be written as JSON.' : NO_OBJECT;

const NO_OBJECT = 'The parameters must be an object.';

/** What takes longer to look for is looked for only where it can be. */
function findFault(parameters: unknown, text: string): string | null {
  // Such as a Date, which is written as a text.
  if (!text.startsWith('{')) return NO_OBJECT;
  if (text.length > FLAT_CHARS && !isWithinDepth(parameters)) {
    return `The parameters are nested deeper than ${limits.jsonDepth} levels.`;
  }
  if (text.includes('\\u') && UNSTORABLE.test(text)) return 'The parameters contain a character that cannot be stored.';
  if (text.length * MOST_BYTES_PER_CHAR > limits.parametersBytes && Buffer.byteLength(text) > limits.parametersBytes) {
    return `The parameters take more than ${limits.parametersBytes / 1024} kB as JSON.`;
  }
  return null;
}

/** Null for what refers to itself, is nested without end, or has a bigint somewhere. */
function asJson(value: object): string | null {
  try {
    return JSON.stringify(value) ?? null;
  } catch {
    return null;
  }
}
