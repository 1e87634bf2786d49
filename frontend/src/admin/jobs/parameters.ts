import type { JobDefinition } from '@job-manager/shared/contract/run';
import { InexactNumberError, parseExactJson } from '@job-manager/shared/exact-json';
import type { Failure } from '../../api/failure';
import { asSentence } from '../../api/field-errors';
import { parseJson } from '../../lib/json-syntax';
import { optionField } from './run-options';

/** Why the text cannot be sent as parameters, or null. What the job itself demands, the server checks. */
export function parametersFault(text: string): string | null {
  if (text.trim() === '') return null;
  const parsed = parseJson(text);
  if (!parsed.ok) return `Invalid JSON syntax at line ${parsed.line}, column ${parsed.column}`;
  if (!isObject(parsed.value)) return 'Parameters must be a JSON object: { … }';
  return findInexactNumber(text);
}

/** A number in the text that would be sent as another one, with its path, or null. */
function findInexactNumber(text: string): string | null {
  try {
    parseExactJson(text);
    return null;
  } catch (error) {
    if (error instanceof InexactNumberError) return error.message;
    throw error;
  }
}

/** The parameters in a text that has no fault; none when it is empty. */
export function readParameters(text: string): Record<string, unknown> {
  const value: unknown = text.trim() === '' ? {} : JSON.parse(text);
  return isObject(value) ? value : {};
}

/** The server's objections, at the fields of the form that they are about; of several about one, all. */
export function messagesOf({ details, field = '', issues }: Failure): Record<string, string> {
  const messages: Record<string, string> = {};
  const objections = issues.length > 0 ? issues : [{ path: '', message: details }];
  for (const { path, message } of objections) {
    const at = field === 'jobName' ? field : (optionField(path || field) ?? 'parameters');
    const name = at === 'parameters' ? path.replace(/^parameters\.?/, '') : '';
    const text = name === '' ? asSentence(message) : `${name}: ${message}`;
    messages[at] = messages[at] === undefined ? text : `${messages[at]}\n${text}`;
  }
  return messages;
}

/** What a job accepts, from its JSON Schema, for people to read. */
export function describeParameters({ parametersSchema }: JobDefinition): { name: string; text: string }[] {
  const properties = isObject(parametersSchema.properties) ? parametersSchema.properties : {};
  return Object.entries(properties).map(([name, schema]) => ({ name, text: isObject(schema) ? describe(schema) : '' }));
}

function describe({ type, description, default: fallback }: Record<string, unknown>): string {
  const parts = [
    typeof description === 'string' ? description : undefined,
    typeof type === 'string' ? type : undefined,
    fallback === undefined ? undefined : `default ${JSON.stringify(fallback)}`,
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
