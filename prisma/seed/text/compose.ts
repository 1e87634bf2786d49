import type { Random } from '../random.js';

/** What the gaps of a sentence are filled with. */
export type Gaps = Record<string, string>;

/** Fills the gaps and begins every sentence with a capital. Throws for a gap without a value: a phrase is misspelt. */
export function fill(sentence: string, gaps: Gaps): string {
  const filled = sentence.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = gaps[name];
    if (value === undefined) throw new Error(`Nothing to put into {${name}} of "${sentence}"`);
    return value;
  });
  return filled.replace(/(^|[.!?] )(\p{Ll})/gu, (_, before: string, letter: string) => before + letter.toUpperCase());
}

/** `count` different sentences of a list, filled and joined. */
export function sentences(random: Random, list: readonly string[], count: number, gaps: Gaps): string[] {
  return random.sample(list, count).map((sentence) => fill(sentence, gaps));
}

/** "Trail running" in the middle of a sentence. */
export function midSentence(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
