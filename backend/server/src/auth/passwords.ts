import { randomInt } from 'node:crypto';
import { type Algorithm, hash, hashRaw, verify } from '@node-rs/argon2';

/**
 * OWASP's first choice for argon2id: 19 MiB, two passes. The enum's value, for `isolatedModules` can't read a const
 * enum.
 */
const ARGON2ID: Algorithm = 2;
const COST = { algorithm: ARGON2ID, memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Each hash holds a thread of Node's pool of four and 19 MiB: two leave room for files and names. */
const AT_ONCE = 2;
/** About three seconds of work; a caller that comes later is refused with a time to retry. */
const MAX_WAITING = 100;

/** More people are signing in than this process can check just now. */
export class HashingBusy extends Error {}

let running = 0;
const waiting: (() => void)[] = [];

/** The argon2id hash of a password. Throws HashingBusy when too many wait. */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password, COST));
}

/**
 * The argon2id hash of a text with a given salt, in hex, for values that are looked up by their hash. Throws HashingBusy when too
 * many wait.
 */
export function hashWithSalt(text: string, salt: Uint8Array): Promise<string> {
  return inTurn(async () => (await hashRaw(text, { ...COST, salt })).toString('hex'));
}

/**
 * Whether the password is right. Without a stored hash the answer is no, after the same work, so that
 * the time reveals nothing about which accounts exist. Throws HashingBusy when too many wait.
 */
export async function isPassword(stored: string | null, password: string): Promise<boolean> {
  const against = stored ?? (await unknownHash());
  const matches = await inTurn(() => verify(against, password));
  return matches && stored !== null;
}

let unknown: Promise<string> | undefined;

/** A hash that stands in for an account that doesn't exist; prepared before the first sign-in needs it. */
export function unknownHash(): Promise<string> {
  unknown ??= hash(crypto.randomUUID(), COST);
  return unknown;
}

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) await waitForTurn();
  else running += 1;
  try {
    return await work();
  } finally {
    // A turn is handed over rather than given back, so no other caller comes between.
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

function waitForTurn(): Promise<void> {
  if (waiting.length >= MAX_WAITING) throw new HashingBusy('Too many sign-ins at once');
  return new Promise((resolve) => waiting.push(resolve));
}

/** Twenty characters that can't be mistaken for each other, about 98 bits. */
export function makePassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789';
  const group = () => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join('');
  return [group(), group(), group(), group()].join('-');
}
