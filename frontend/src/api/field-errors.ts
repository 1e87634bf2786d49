import type { Failure } from './failure';

interface FieldErrors<Field extends string> {
  fields: Partial<Record<Field, string>>;
  /** Problems about none of the fields, or null. */
  rest: string | null;
}

/** The server's objections, each at the field of the form that it is about. */
export function fieldErrors<Field extends string>(
  { details, field, issues }: Failure,
  known: readonly Field[],
): FieldErrors<Field> {
  const objections =
    issues.length > 0
      ? issues.map(({ path, message }) => ({ path, message: asSentence(message) }))
      : [{ path: field ?? '', message: details }];
  const fields: Partial<Record<Field, string>> = {};
  const rest: string[] = [];
  for (const { path, message } of objections) {
    const at = known.find((name) => path === name || path.startsWith(`${name}.`));
    if (at === undefined) rest.push(message);
    else fields[at] ??= message;
  }
  return { fields, rest: rest.length > 0 ? rest.join(' ') : null };
}

/** The messages of the contract follow a name: "needs at least 8 characters". */
export const asSentence = (message: string): string => message.charAt(0).toUpperCase() + message.slice(1);
