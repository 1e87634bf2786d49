/**
 * An array as PostgreSQL reads it, for parameters of thousands of values: the driver's own way takes several times as
 * long. An array of nothing but nulls comes out empty; `unnest` beside longer ones fills up with nulls.
 */
export function arrayLiteral(values: (string | number | boolean | null | undefined)[]): string {
  if (values.every(isNull)) return '{}';
  let text = '';
  for (const value of values) {
    if (value === null || value === undefined) text += ',NULL';
    else if (typeof value !== 'string' || PLAIN.test(value)) text += `,${value}`;
    else text += `,"${value.replace(/["\\]/g, '\\$&')}"`;
  }
  return `{${text.slice(1)}}`;
}

const isNull = (value: unknown): boolean => value === null || value === undefined;

/** What needs no quotes: numbers, identifiers, UUIDs. `null` would be one, and so isn't plain. */
const PLAIN = /^(?!null$)[\w-]+$/i;
