import { setImmediate } from 'node:timers/promises';
import { MIGRATIONS, migrationNames, readMigration } from './migration-files.js';

/** What a statement makes or removes, by the groups `action`, `kind` and `name`. */
const STATEMENT =
  /^(?<action>CREATE|DROP)(?: OR REPLACE)?(?: UNIQUE)? (?<kind>TABLE|INDEX|FUNCTION|TRIGGER|TYPE)(?: CONCURRENTLY)?(?: IF (?:NOT )?EXISTS)? (?<name>"[^"]+"|\w+)/;
const INDEXED_TABLE = / ON (?:ONLY )?(?<table>"[^"]+"|\w+)/;
const RENAMED_INDEX = /^ALTER INDEX (?:IF EXISTS )?(?<from>"[^"]+"|\w+) RENAME TO (?<to>"[^"]+"|\w+)/;
const ALTERED_TABLE = /^ALTER TABLE (?:IF EXISTS )?(?:ONLY )?(?<table>"[^"]+"|\w+) (?<actions>.*)$/s;
const COLUMN_ACTION =
  /^(?<action>ADD|DROP|RENAME)(?: COLUMN)?(?: IF (?:NOT )?EXISTS)? (?!CONSTRAINT|CHECK|TO\b)(?<name>"[^"]+"|\w+)(?: TO (?<to>"[^"]+"|\w+))?/;
const NO_COLUMN = /^(CONSTRAINT|PRIMARY|UNIQUE|CHECK|FOREIGN|EXCLUDE|LIKE)\b/;

/** By the folder of the migrations. */
const expected = new Map<string, Promise<string[]>>();

/** What is there once all migrations of a folder are applied, such as `column JobRun.scope`; read from their text, once. */
export function expectedObjects(folder = MIGRATIONS): Promise<string[]> {
  const found = expected.get(folder) ?? read(folder);
  expected.set(folder, found);
  return found;
}

/** Objects by their names, an index with the table that it goes with. */
type Objects = Map<string, string | undefined>;

async function read(folder: string): Promise<string[]> {
  const objects: Objects = new Map();
  for (const name of migrationNames(folder)) {
    // Requests come between two of them.
    await setImmediate();
    for (const statement of statementsOf(readMigration(name, folder).script)) apply(statement, objects);
  }
  return [...objects.keys()].filter(isLasting).sort();
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

function apply(statement: string, objects: Objects): void {
  const { action, kind, name } = STATEMENT.exec(statement)?.groups ?? {};
  if (action && kind && name) {
    const object = `${kind.toLowerCase()} ${bare(name)}`;
    if (action === 'CREATE') objects.set(object, kind === 'INDEX' ? indexedTable(statement) : undefined);
    else objects.delete(object);
    if (kind === 'TABLE') changeTable(bare(name), action === 'CREATE' ? statement : null, objects);
  }
  const index = RENAMED_INDEX.exec(statement)?.groups;
  if (index?.from && index.to) renameIndex(`index ${bare(index.from)}`, `index ${bare(index.to)}`, objects);
  const altered = ALTERED_TABLE.exec(statement)?.groups;
  for (const part of partsOf(altered?.actions ?? '')) changeColumn(bare(altered?.table ?? ''), part, objects);
}

const indexedTable = (statement: string): string => bare(INDEXED_TABLE.exec(statement)?.groups?.table ?? '');

function renameIndex(from: string, to: string, objects: Objects): void {
  if (!objects.has(from)) return;
  objects.set(to, objects.get(from));
  objects.delete(from);
}

/** The columns of a table that is made; null for one that is removed, with its columns and indexes. */
function changeTable(table: string, statement: string | null, objects: Objects): void {
  if (statement === null) {
    for (const [object, of] of objects)
      if (object.startsWith(`column ${table}.`) || of === table) objects.delete(object);
    return;
  }
  // A partition has the columns of its table.
  if (/^CREATE TABLE \S+ PARTITION OF /.test(statement)) return;
  for (const part of partsOf(statement.slice(statement.indexOf('(') + 1, statement.lastIndexOf(')')))) {
    if (!NO_COLUMN.test(part)) objects.set(`column ${table}.${bare(part.split(' ')[0] ?? '')}`, undefined);
  }
}

function changeColumn(table: string, part: string, objects: Objects): void {
  const { action, name, to } = COLUMN_ACTION.exec(part)?.groups ?? {};
  if (!action || !name) return;
  if (action !== 'ADD') objects.delete(`column ${table}.${bare(name)}`);
  if (action === 'ADD') objects.set(`column ${table}.${bare(name)}`, undefined);
  if (to) objects.set(`column ${table}.${bare(to)}`, undefined);
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
