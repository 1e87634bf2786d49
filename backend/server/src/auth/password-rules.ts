import { readFile } from 'node:fs/promises';
import type { Config } from '@job-manager/engine/config';

/** Whose password it is to be, and of which servers: names that are tried before any list. */
export interface PasswordOwner {
  email: string;
  hosts: readonly string[];
}

/** The names that this server goes by. */
export const hostsOf = ({
  HOSTNAME,
  PUBLIC_URL,
  ALLOWED_HOSTS,
}: Pick<Config, 'HOSTNAME' | 'PUBLIC_URL' | 'ALLOWED_HOSTS'>): string[] => [
  HOSTNAME,
  ...(PUBLIC_URL === undefined ? [] : [new URL(PUBLIC_URL).hostname]),
  ...ALLOWED_HOSTS.split(',').filter((name) => name.trim() !== ''),
];

const PRODUCT = 'Job Manager';
/** Shorter parts of names, such as `com`, are in any text. */
const MIN_NAME_CHARS = 4;
/** What must be left of a password besides names. */
const MIN_OTHER_CHARS = 6;

/**
 * Why a password would be guessed first, as words that follow "the password"; null when it would not. Its length is
 * the contract's rule (`newPassword`).
 */
export async function findWeakness(password: string, owner: PasswordOwner): Promise<string | null> {
  const text = password.normalize('NFKC').toLowerCase();
  if (/^[\p{White_Space}\p{Cf}]*$/u.test(text)) return 'is nothing but spaces';
  if (isRepetition(text)) return 'repeats the same few characters';
  if (isSequence(text)) return 'is a simple sequence of characters';
  const list = await commonPasswords();
  if (commonForms(text).some((form) => list.has(form))) {
    return 'is one of the most common passwords, which are guessed first';
  }
  return isNaming(text, owner)
    ? 'is little more than a name that is easy to find out: of its owner, this product or the server'
    : null;
}

/** `aaaaaaaa`, `abababab`, `abcdabcd`. */
function isRepetition(text: string): boolean {
  return new Set(text).size <= 2 || /^(.{1,4}?)\1+$/su.test(text);
}

const ROWS = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiop', 'qwertzuiop', 'asdfghjkl', 'zxcvbnm'];
const SEQUENCES = ROWS.flatMap((row) => [row, [...row].reverse().join('')]);

/** Pieces of the alphabet, the digits or rows of the keyboard, in either direction, and at most two other characters. */
function isSequence(text: string): boolean {
  let others = 0;
  for (let at = 0; at < text.length; ) {
    const length = sequenceAt(text, at);
    if (length === 0) others += 1;
    at += Math.max(1, length);
  }
  return others <= 2;
}

/** How many characters from here on are a piece of a sequence, at least three; 0 where none begins. */
function sequenceAt(text: string, at: number): number {
  let length = 3;
  const isPiece = () =>
    at + length <= text.length && SEQUENCES.some((sequence) => sequence.includes(text.slice(at, at + length)));
  if (!isPiece()) return 0;
  while (isPiece()) length += 1;
  return length - 1;
}

/** The text, and what it is without spaces, decorations around it, or digits in the place of letters. */
function commonForms(text: string): string[] {
  const plain = [text, text.replaceAll(/\s/g, ''), asLetters(text)];
  const bare = plain.map((form) => form.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, ''));
  const repeated = plain.map((form) => /^(.+?)\1+$/su.exec(form)?.[1] ?? '');
  return [...plain, ...bare, ...repeated];
}

const LETTER_OF: Record<string, string> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
};
const asLetters = (text: string): string => text.replaceAll(/[013457@$]/g, (char) => LETTER_OF[char] ?? char);

/** The owner's address, the product or a host, or parts of them, and hardly anything else. */
function isNaming(text: string, { email, hosts }: PasswordOwner): boolean {
  const names = [email, PRODUCT, ...hosts].flatMap(partsOf).sort((a, b) => b.length - a.length);
  return [text, asLetters(text)].some((form) => {
    const whole = flat(form);
    const rest = names.reduce((left, name) => left.replaceAll(name, ''), whole);
    return rest !== whole && (rest.length < MIN_OTHER_CHARS || /^\p{N}*$/u.test(rest));
  });
}

function partsOf(name: string): string[] {
  const text = name.toLowerCase();
  const pieces = [text, ...text.split('@'), ...text.split(/[^\p{L}\p{N}]+/u)];
  return pieces.map(flat).filter((piece) => piece.length >= MIN_NAME_CHARS);
}

/** Letters and digits alone. */
const flat = (text: string): string => text.replaceAll(/[^\p{L}\p{N}]/gu, '');

let common: Promise<Set<string>> | undefined;

function commonPasswords(): Promise<Set<string>> {
  common ??= readFile(new URL('common-passwords.txt', import.meta.url), 'utf8').then(
    (text) => new Set(text.split('\n').filter((line) => line !== '' && !line.startsWith('# '))),
  );
  return common;
}
