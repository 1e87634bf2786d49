import type { JobDefinition } from '@job-manager/shared/contract/run';
import type { Failure } from '../../api/failure';
import { asSentence } from '../../api/field-errors';
import type { Problem } from '../../components/parameters/problems';
import { isObject } from '../../components/parameters/schema';
import type { ChainRow } from './run-form';
import { optionField } from './run-options';

/** The server's objections, at the fields of the form that they are about; of several about one, all. */
export function messagesOf(failure: Failure, chain: readonly ChainRow[] = []): Record<string, string> {
  const { field = '' } = failure;
  const messages: Record<string, string> = {};
  for (const { row, path, message } of objectionsOf(failure)) {
    if (row > 0 && row <= chain.length) continue;
    const at = field === 'jobName' ? field : fieldOf(path || field);
    const name = at === 'parameters' ? path.replace(/^parameters\.?/, '') : '';
    const text = name === '' ? asSentence(message) : `${name}: ${message}`;
    messages[at] = messages[at] === undefined ? text : `${messages[at]}\n${text}`;
  }
  // Runs of a batch have no key that a second try could be known by.
  if (chain.length > 0 && failure.status === null)
    return {
      parameters: `${failure.details} Check among the batches whether they are queued before you send them again.`,
    };
  return messages;
}

const fieldOf = (path: string): string =>
  /^(after|when)\b/.test(path) ? 'after' : (optionField(path) ?? 'parameters');

/** The server's objections to the rows of a chain, by their keys. */
export function rowProblemsOf(failure: Failure, chain: readonly ChainRow[]): Record<string, Problem[]> {
  const found: Record<string, Problem[]> = {};
  for (const { row, path, message } of objectionsOf(failure)) {
    const key = chain[row - 1]?.key;
    if (key !== undefined) found[key] = [...(found[key] ?? []), { path, message }];
  }
  return found;
}

/** Each with the place of its run in the call, the first run being that of the form. */
function objectionsOf({ details, issues }: Failure): (Problem & { row: number })[] {
  const objections = issues.length > 0 ? issues : [{ path: '', message: details }];
  return objections.map(({ path, message }) => {
    const [, row = '0', rest = path] = /^runs\.(\d+)\.?(.*)$/.exec(path) ?? [];
    return { row: Number(row), path: rest, message };
  });
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
