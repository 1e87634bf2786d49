import { QueueError, refusal } from './errors.js';
import { jsonText, NotJsonError } from './json-value.js';
import { limits } from './shared.js';

/** A NUL, or half of a surrogate pair, as JSON writes them; PostgreSQL stores neither. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;
const MAX_BYTES_PER_CHAR = 3;

/** Whether JSON can be stored as jsonb. */
export const isStorableJson = (text: string): boolean => !text.includes('\\u') || !UNSTORABLE.test(text);

/**
 * Checks that the parameters can be stored, without the schema of their job, and returns them as JSON. Throws
 * QueueError.
 */
export function checkParameters(parameters: unknown, path = 'parameters'): string {
  if (typeof parameters !== 'object' || parameters === null || Array.isArray(parameters))
    throw invalid(NO_OBJECT, path);
  const text = asJson(parameters, path);
  const problem = findProblem(text);
  if (problem !== null) throw invalid(problem, path);
  return text;
}

const invalid = (problem: string, path: string): QueueError =>
  new QueueError('INVALID_PARAMETERS', problem, [{ path, message: problem }]);

const NO_OBJECT = 'The parameters must be an object.';

/** The slower search runs only where the text can contain what it searches for. */
function findProblem(text: string): string | null {
  // Such as a Date, which is written as a text.
  if (!text.startsWith('{')) return NO_OBJECT;
  if (text.length * MAX_BYTES_PER_CHAR > limits.parametersBytes && Buffer.byteLength(text) > limits.parametersBytes) {
    return `The parameters take more than ${limits.parametersBytes / 1024} kB as JSON.`;
  }
  if (!isStorableJson(text)) return 'The parameters contain a character that cannot be stored.';
  return null;
}

function asJson(parameters: object, path: string): string {
  try {
    return jsonText(parameters, path);
  } catch (error) {
    if (error instanceof NotJsonError) throw refusal('INVALID_PARAMETERS', error.path, error.problem);
    throw error;
  }
}
