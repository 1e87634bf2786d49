import { setImmediate } from 'node:timers/promises';
import { migrationNames, readMigration } from './migration-files.js';

/** What a statement makes or removes, by the groups `action`, `kind` and `name`. */
const STATEMENT =
  /^(?<action>CREATE|DROP)(?: OR REPLACE)?(?: UNIQUE)? (?<kind>TABLE|INDEX|FUNCTION|TRIGGER|TYPE)(?: CONCURRENTLY)?(?: IF (?:NOT )?EXISTS)? (?<name>"[^"]+"|\w+)/;
const RENAMED_INDEX = /^ALTER INDEX (?:IF EXISTS )?(?<from>"[^"]+"|\w+) RENAME TO (?<to>"[^"]+"|\w+)/;
const ALTERED_TABLE = /^ALTER TABLE (?:IF EXISTS )?(?:ONLY )?(?<table>"[^"]+"|\w+) (?<actions>.*)$/s;
const COLUMN_ACTION =
  /^(?<action>ADD|DROP|RENAME)(?: COLUMN)?(?: IF (?:NOT )?EXISTS)? (?!CONSTRAINT|CHECK|TO\b)(?<name>"[^"]+"|\w+)(?: TO (?<to>"[^"]+"|\w+))?/;
const NO_COLUMN = /^(CONSTRAINT|PRIMARY|UNIQUE|CHECK|FOREIGN|EXCLUDE|LIKE)\b/;

let expected: Promise<string[]> | undefined;

/** What is there once all migrations are applied, such as `column JobRun.scope`; read from their text, once. */
export function expectedObjects(): Promise<string[]> {
  expected ??= read();
  return expected;
}

async function read(): Promise<string[]> {
  const objects = new Set<string>();
  for (const name of migrationNames()) {
    // Requests come between two of them.
    await setImmediate();
    for (const statement of statementsOf(readMigration(name).script)) apply(statement, objects);
  }
  return [...objects].filter(isLasting).sort();
}

/** Other than what belongs to the partition of a month, or of all before, which comes and goes. */
export const isLasting = (object: string): boolean => !/ JobRun_(before|\d{4}_)/.test(object);

/** Without comments, bodies of functions and texts, in which a semicolon ends nothing. */
const statementsOf = (script: string): string[] =>
  script
    .replace(/--[^\n]*/g, '')
    .replace(/(\$\w*\$).*?\1/gs, '')
    .replace(/'(?:[^']|'')*'/g, "''")
    .split(';')
    .map((statement) => statement.replace(/\s+/g, ' ').trim());

function apply(statement: string, objects: Set<string>): void {
  const { action, kind, name } = STATEMENT.exec(statement)?.groups ?? {};
  if (action && kind && name) {
    const object = `${kind.toLowerCase()} ${bare(name)}`;
    if (action === 'CREATE') objects.add(object);
    else objects.delete(object);
    if (kind === 'TABLE') changeTable(bare(name), action === 'CREATE' ? statement : null, objects);
  }
  const index = RENAMED_INDEX.exec(statement)?.groups;
  if (index?.from && index.to && objects.delete(`index ${bare(index.from)}`)) objects.add(`index ${bare(index.to)}`);
  const altered = ALTERED_TABLE.exec(statement)?.groups;
  for (const part of partsOf(altered?.actions ?? '')) changeColumn(bare(altered?.table ?? ''), part, objects);
}

/** The columns of a table that is made; null for one that is removed, with its columns. */
function changeTable(table: string, statement: string | null, objects: Set<string>): void {
  if (statement === null) {
    for (const object of objects) if (object.startsWith(`column ${table}.`)) objects.delete(object);
    return;
  }
  // A partition has the columns of its table.
  if (/^CREATE TABLE \S+ PARTITION OF /.test(statement)) return;
  for (const part of partsOf(statement.slice(statement.indexOf('(') + 1, statement.lastIndexOf(')')))) {
    if (!NO_COLUMN.test(part)) objects.add(`column ${table}.${bare(part.split(' ')[0] ?? '')}`);
  }
}

function changeColumn(table: string, part: string, objects: Set<string>): void {
  const { action, name, to } = COLUMN_ACTION.exec(part)?.groups ?? {};
  if (!action || !name) return;
  if (action !== 'ADD') objects.delete(`column ${table}.${bare(name)}`);
  if (action === 'ADD') objects.add(`column ${table}.${bare(name)}`);
  if (to) objects.add(`column ${table}.${bare(to)}`);
}

/** Parts with commas between, where those in parentheses part nothing. */
function partsOf(text: string): string[] {
  let depth = 0;
  let parts = '';
  for (const character of text) {
    if (character === '(') depth++;
    if (character === ')') depth--;
    parts += character === ',' && depth === 0 ? '\n' : character;
  }
  return parts.split('\n').map((part) => part.trim());
}

const bare = (name: string): string => name.replaceAll('"', '');
