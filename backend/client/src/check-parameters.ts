import { QueueError } from './errors.js';
import { isWithinDepth, limits } from './shared.js';

/** A NUL, or half of a surrogate pair, as JSON writes them; PostgreSQL stores neither. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

/** Whether the parameters can be stored, whatever their job thinks of them. Throws QueueError. */
export function checkParameters(parameters: unknown, path = 'parameters'): void {
  const fault = findFault(parameters);
  if (fault !== null) throw new QueueError('INVALID_PARAMETERS', fault, [{ path, message: fault }]);
}

function findFault(parameters: unknown): string | null {
  if (typeof parameters !== 'object' || parameters === null || Array.isArray(parameters)) {
    return 'The parameters must be an object.';
  }
  const text = asJson(parameters);
  if (text === null) return 'The parameters cannot be written as JSON.';
  if (!isWithinDepth(parameters)) return `The parameters are nested deeper than ${limits.jsonDepth} levels.`;
  if (UNSTORABLE.test(text)) return 'The parameters contain a character that cannot be stored.';
  if (Buffer.byteLength(text) > limits.parametersBytes) {
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
