// @ts-check
// Loaded by the heartbeat thread as well, so plain JavaScript.
import './light-pg.mjs';
import { createRequire } from 'node:module';
import pg from 'pg';

const require = createRequire(import.meta.url);

/** @typedef {(value: any) => any} Parser */
/** @typedef {{ init(register: (oid: number, parser: Parser) => void): void }} Defaults */

/**
 * The parsers that `pg` comes with. Those of `pg.types` may be others: they are global to the process, and an
 * application that Job Manager is part of sets them as it likes.
 * @param {Defaults} defaults
 */
function parsersOf(defaults) {
  /** @type {Map<number, Parser>} */
  const parsers = new Map();
  defaults.init((oid, parser) => parsers.set(oid, parser));
  return parsers;
}

const parsers = {
  text: parsersOf(require('pg-types/lib/textParsers')),
  binary: parsersOf(require('pg-types/lib/binaryParsers')),
};

/**
 * @param {number} oid
 * @param {'text' | 'binary'} [format]
 * @returns {Parser}
 */
const getTypeParser = (oid, format = 'text') => parsers[format].get(oid) ?? String;

/** How our own connections read what PostgreSQL sends, whatever the process has done to `pg.types`. */
export const ownTypes = /** @type {import('pg').CustomTypesConfig} */ ({ getTypeParser });

/**
 * The same for a statement that brings parsers of its own, as Prisma's do for some types: for all others it falls back
 * on those of the process, and then ours count.
 * @param {import('pg').CustomTypesConfig} theirs
 */
export const ownTypesUnder = (theirs) =>
  /** @type {import('pg').CustomTypesConfig} */ ({
    getTypeParser: (/** @type {number} */ oid, /** @type {'text' | 'binary'} */ format = 'text') => {
      const parser = theirs.getTypeParser(oid, format);
      return parser === pg.types.getTypeParser(oid, format) ? getTypeParser(oid, format) : parser;
    },
  });
