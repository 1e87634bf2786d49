/**
 * An array as PostgreSQL reads it, for parameters of thousands of values: the driver's own way takes several times as
 * long. An array of nothing but nulls comes out empty; `unnest` beside longer ones fills up with nulls.
 */
export function arrayLiteral(values: (string | number | boolean | null | undefined)[]): string {
  let text = '';
  let isEmpty = true;
  for (const value of values) {
    if (value === null || value === undefined) {
      text += ',NULL';
      continue;
    }
    isEmpty = false;
    text += typeof value === 'string' && !PLAIN.test(value) ? `,"${value.replace(/["\\]/g, '\\$&')}"` : `,${value}`;
  }
  return isEmpty ? '{}' : `{${text.slice(1)}}`;
}

/** What needs no quotes: numbers, identifiers, UUIDs. `null` would be one, and so isn't plain. */
const PLAIN = /^(?!null$)[\w-]+$/i;
