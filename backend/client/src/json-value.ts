import { types } from 'node:util';
import { limits } from './shared.js';

// How values of a program become JSON. `JSON.stringify` empties Map, Set and Error, and silently makes null of NaN;
// here each is written as what it holds, or refused with its path. docs/jobs.md has the table.

/** A value that JSON can't hold; `problem` describes the value at `path`. */
export class NotJsonError extends Error {
  constructor(
    /** Dotted. */
    readonly path: string,
    readonly problem: string,
    /** Whether a text can stand for the value. */
    readonly hasText = false,
  ) {
    super(`\`${path}\` ${problem}`);
  }
}

/** A value whose JSON is longer than allowed. */
export class TooLargeError extends Error {}

export interface JsonOptions {
  /** Characters in all, about; beyond it the writing stops with TooLargeError, before time and memory are spent. */
  maxChars?: number;
  /** The name of a value whose texts are secrets, however deep. */
  isSecret?(key: string): boolean;
  /** What is written of a text. */
  text?(text: string, isSecret: boolean): string;
  /** What is written of a name. */
  name?(key: string): string;
  /** The text that stands for a value which JSON can't hold; without it, NotJsonError is thrown. */
  instead?(value: unknown): string;
}

/**
 * A value as JSON text; undefined where JSON leaves it out (undefined). Throws NotJsonError for what JSON can't hold, for
 * what contains itself or is nested too deep, and for what can't be read; TooLargeError.
 */
export function writeJson(value: unknown, path: string, options: JsonOptions): string | undefined {
  return new JsonWriter(path, options).write(value, '', options.isSecret?.(path) ?? false);
}

/** The same, exactly and of any length; undefined becomes null. Throws NotJsonError. */
export function jsonText(value: unknown, path: string): string {
  return (isPlain(value) ? JSON.stringify(value) : writeJson(value, path, {})) ?? 'null';
}

/** The value itself where `JSON.stringify` writes it as `jsonText` does; else a copy of which that is true. Throws NotJsonError. */
export function plainJson<Value>(value: Value, path: string): Value {
  return isPlain(value) ? value : JSON.parse(jsonText(value, path));
}

function isPlain(value: unknown): boolean {
  try {
    return isPlainJson(value);
  } catch {
    // A getter that throws is reported with its path.
    return false;
  }
}

/** Whether `JSON.stringify` writes a value correctly, as it does most. Reads each part once. */
function isPlainJson(value: unknown, depth: number = limits.jsonDepth): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object')
    return typeof value !== 'bigint' && typeof value !== 'function' && typeof value !== 'symbol';
  if (value === null) return true;
  if (depth === 0 || hasToJson(value)) return false;
  if (Array.isArray(value)) return value.every((item) => isPlainJson(item, depth - 1));
  if (!isBare(value)) return false;
  for (const key in value) if (!isPlainJson((value as Record<string, unknown>)[key], depth - 1)) return false;
  return true;
}

/**
 * The value that is written in place of this one, its parts unchanged: the result of its `toJSON`, the entries of a
 * Map, the items of a Set, name, message and fields of an Error. Throws NotJsonError for an object that JSON would
 * empty.
 */
export function jsonForm(value: unknown, path: string, key = ''): unknown {
  if (types.isDate(value) && Number.isNaN(value.getTime()))
    throw new NotJsonError(path, isNoJson('an invalid Date'), true);
  const form = hasToJson(value) ? read(path, () => value.toJSON(key)) : value;
  if (typeof form !== 'object' || form === null || Array.isArray(form)) return form;
  if (types.isMap(form)) return formOfMap(form);
  if (types.isSet(form)) return [...form];
  if (form instanceof Error) return formOfError(form);
  if (types.isTypedArray(form)) return Array.from<unknown>(form);
  if (types.isBoxedPrimitive(form)) return form.valueOf();
  const name = classOf(form);
  if (name !== null && Object.keys(form).length === 0) throw new NotJsonError(path, isNoJson(withArticle(name)), true);
  return form;
}

const isNoJson = (what: string): string => `is ${what}, which isn't JSON`;

function hasToJson(value: unknown): value is { toJSON(key: string): unknown } {
  const mayHave =
    (typeof value === 'object' && value !== null) || typeof value === 'bigint' || typeof value === 'function';
  return mayHave && typeof (value as { toJSON?: unknown }).toJSON === 'function';
}

/** Keys of an object are texts. */
function formOfMap(map: Map<unknown, unknown>): unknown {
  const entries = [...map];
  return entries.every(([key]) => typeof key === 'string') ? Object.fromEntries(entries) : entries;
}

/** Its stack is for the log, and an error that failed a run has it there. */
function formOfError(error: Error): object {
  const { name, message, cause } = error;
  const { errors } = error as { errors?: unknown };
  return Object.assign({ name, message }, error, cause !== undefined && { cause }, errors !== undefined && { errors });
}

const withArticle = (name: string): string => `${/^[AEIO]/i.test(name) ? 'an' : 'a'} ${name}`;

/** The class of an object, or the kind of an iterator; null for one that has none. */
function classOf(value: object): string | null {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return null;
  const made = value.constructor;
  // Objects of another realm have an Object of their own.
  if (typeof made === 'function' && made.name !== 'Object') return made.name || 'class';
  const kind = Object.prototype.toString.call(value).slice('[object '.length, -1);
  return kind === 'Object' ? null : kind;
}

/** Calls what the program itself wrote: a `toJSON`, a getter. */
function read<Result>(path: string, get: () => Result): Result {
  try {
    return get();
  } catch (error) {
    throw new NotJsonError(path, `can't be read: ${error instanceof Error ? error.message : 'it throws'}`);
  }
}

/** The current position is kept in two stacks that are never copied: most results and log lines are checked here. */
class JsonWriter {
  readonly #options: JsonOptions;
  #room: number;
  /** Names down to the value, the first as it was given. */
  readonly #names: string[];
  /** Objects above the value. */
  readonly #above: object[] = [];

  constructor(path: string, options: JsonOptions) {
    this.#options = options;
    this.#room = options.maxChars ?? Number.POSITIVE_INFINITY;
    this.#names = [path];
  }

  /** Below the name of a secret `isSecret` is true. */
  write(given: unknown, key: string, isSecret: boolean): string | undefined {
    if (typeof given === 'string') return this.#writeText(given, isSecret);
    // Bytes are written as numbers, which otherwise are no secrets.
    if (isSecret && ArrayBuffer.isView(given)) return this.#writeText('bytes', isSecret);
    const { length } = this.#names;
    try {
      return this.#writeForm(this.#formOf(given, key), isSecret);
    } catch (error) {
      const { instead } = this.#options;
      const isHere = this.#names.length === length;
      if (instead === undefined || !isHere || !(error instanceof NotJsonError) || !error.hasText) throw error;
      const isCount = typeof given === 'bigint' || typeof given === 'number';
      return this.#writeText(instead(given), isSecret && !isCount);
    }
  }

  #formOf(given: unknown, key: string): unknown {
    const isObject = typeof given === 'object' && given !== null;
    if (!isObject && !hasToJson(given)) return given;
    if (isObject && isBare(given) && !hasToJson(given)) return given;
    // Each item takes two characters at least, so what is far too large is never copied.
    if (ArrayBuffer.isView(given)) this.#checkRoom(2 * given.byteLength);
    if (types.isMap(given) || types.isSet(given)) this.#checkRoom(2 * given.size);
    return jsonForm(given, this.#path(), key);
  }

  #writeForm(form: unknown, isSecret: boolean): string | undefined {
    if (typeof form === 'string') return this.#writeText(form, isSecret);
    this.#take(2);
    if (typeof form === 'number' && !Number.isFinite(form)) throw this.#notJson(isNoJson(String(form)), true);
    if (typeof form === 'bigint' || typeof form === 'function' || typeof form === 'symbol')
      throw this.#notJson(isNoJson(`a ${typeof form}`), true);
    if (typeof form !== 'object' || form === null) return JSON.stringify(form);
    if (this.#above.includes(form)) throw this.#notJson("contains itself, which isn't JSON");
    if (this.#above.length >= limits.jsonDepth) throw this.#notJson(`is nested deeper than ${limits.jsonDepth} levels`);
    this.#above.push(form);
    const written = Array.isArray(form) ? this.#writeList(form, isSecret) : this.#writeObject(form, isSecret);
    this.#above.pop();
    return written;
  }

  #writeText(text: string, isSecret: boolean): string {
    const written = JSON.stringify(this.#options.text?.(text, isSecret) ?? text);
    this.#take(written.length);
    return written;
  }

  #writeList(list: readonly unknown[], isSecret: boolean): string {
    let parts = '';
    // Not `map`, which would skip millions of holes without checking the size limit.
    for (let index = 0; index < list.length; index++) {
      const key = String(index);
      this.#names.push(key);
      const written = this.write(list[index], key, isSecret) ?? 'null';
      this.#names.pop();
      parts += index === 0 ? written : `,${written}`;
      this.#take(1);
    }
    return `[${parts}]`;
  }

  #writeObject(object: object, isSecret: boolean): string {
    let parts = '';
    // Keys are not listed first: there may be millions of them, or only room for them.
    for (const key in object) {
      if (!Object.hasOwn(object, key)) continue;
      this.#names.push(key);
      const value = this.#read(object as Record<string, unknown>, key);
      const written = this.write(value, key, isSecret || (this.#options.isSecret?.(key) ?? false));
      this.#names.pop();
      if (written === undefined) continue;
      const name = JSON.stringify(this.#options.name?.(key) ?? key);
      this.#take(name.length);
      parts += parts === '' ? `${name}:${written}` : `,${name}:${written}`;
    }
    return `{${parts}}`;
  }

  #read(object: Record<string, unknown>, key: string): unknown {
    try {
      return object[key];
    } catch {
      return read(this.#path(), () => object[key]);
    }
  }

  #path(): string {
    return this.#names.join('.');
  }

  #notJson(problem: string, hasText = false): NotJsonError {
    return new NotJsonError(this.#path(), problem, hasText);
  }

  #checkRoom(chars: number): void {
    if (chars > this.#room) throw new TooLargeError(`Longer than ${this.#options.maxChars} characters as JSON`);
  }

  #take(chars: number): void {
    this.#checkRoom(chars);
    this.#room -= chars;
  }
}

/** A list, or an object without a class. */
function isBare(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Array.isArray(value);
}
