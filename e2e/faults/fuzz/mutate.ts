import { nastyJson } from './nasty.js';
import type { Choices } from './random.js';

type Json = Record<string, unknown> | unknown[];

/** Stands in a value where JSON text goes that no value can express: numbers beyond all, halves of characters. */
const PLACE = '@@nasty@@';

/** The value as JSON text with one thing wrong: one part replaced, missing, added, doubled or renamed. */
export function mutateToJson(value: Record<string, unknown>, choices: Choices): string {
  const copy = structuredClone(value);
  const spots = spotsOf(copy);
  const nasty = choices.of(nastyJson);
  const kind = choices.below(10);
  if (spots.length === 0 || kind === 0) return withKey(copy, choices.of(STRANGE_KEYS), nasty);
  const { holder, key } = choices.of(spots);
  if (kind === 1) return withoutKey(copy, holder, key);
  if (kind === 2 && holder === copy) return withKey(copy, String(key), nasty);
  put(holder, key, PLACE);
  return JSON.stringify(copy).replace(`"${PLACE}"`, () => nasty);
}

const STRANGE_KEYS = ['__proto__', 'constructor', 'toString', 'extra', '', 'then', 'toJSON', 'a\u0000b', '$where'];

interface Spot {
  holder: Json;
  key: string | number;
}

/** Every place in a value that holds another one. */
function spotsOf(value: unknown): Spot[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Json;
  const keys = Array.isArray(holder) ? holder.map((_, index) => index) : Object.keys(holder);
  return keys.flatMap((key) => [{ holder, key }, ...spotsOf((holder as Record<string, unknown>)[key])]);
}

function put(holder: Json, key: string | number, value: unknown): void {
  // As an own property even where it is called __proto__.
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

function withoutKey(whole: object, holder: Json, key: string | number): string {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[String(key)];
  return JSON.stringify(whole);
}

/** Written before the others: where the key is there already, it stands there twice. */
function withKey(whole: object, key: string, json: string): string {
  const rest = JSON.stringify(whole).slice(1);
  return `{${JSON.stringify(key)}:${json}${rest === '}' ? '' : ','}${rest}`;
}
