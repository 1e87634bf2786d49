import type { Language } from './stop-words.js';

/**
 * Flesch's reading ease, `base - sentence * (words per sentence) - word * (syllables per word)`, with the
 * constants fitted to each language: Flesch 1948, Amstad 1978 (de), Kandel and Moles 1958 (fr), Fernández
 * Huerta 1959 (es), Franchina and Vacca 1986 (it), Douma 1960 (nl), Martins 1996 (pt: Flesch and 42).
 */
const FLESCH: Record<Language, { base: number; sentence: number; word: number }> = {
  en: { base: 206.835, sentence: 1.015, word: 84.6 },
  de: { base: 180, sentence: 1, word: 58.5 },
  fr: { base: 207, sentence: 1.015, word: 73.6 },
  es: { base: 206.84, sentence: 1.02, word: 60 },
  it: { base: 217, sentence: 1.3, word: 60 },
  nl: { base: 206.835, sentence: 0.93, word: 77 },
  pt: { base: 248.835, sentence: 1.015, word: 84.6 },
};

/**
 * How easily a text reads: about 100 very easy, 60 plain, below 30 hard; neither bound is sharp. Texts of
 * an unknown language are read as English; one without words gets 0.
 */
export function readingEase(prose: string, words: readonly string[], language: Language | 'und'): number {
  if (words.length === 0) return 0;
  const { base, sentence, word } = FLESCH[language === 'und' ? 'en' : language];
  const syllables = words.reduce((sum, each) => sum + countSyllables(each, language), 0);
  const ease = base - sentence * (words.length / countSentences(prose)) - word * (syllables / words.length);
  return Math.round(ease * 100) / 100;
}

/** Groups of vowels, without the final e that English and French write but don't speak (but "table"). */
export function countSyllables(word: string, language: Language | 'und'): number {
  const spoken = SILENT_END[language]?.test(word) ? word.replace(/e[sd]?$/u, '') : word;
  const groups = spoken
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .match(/[aeiouyœæ]+/gu);
  return Math.max(1, groups?.length ?? 0);
}

const SILENT_END: Partial<Record<Language | 'und', RegExp>> = {
  en: /(?:[^l\P{L}]|[aeiouy]l)e$|[^dt\P{L}]ed$/u,
  und: /(?:[^l\P{L}]|[aeiouy]l)e$|[^dt\P{L}]ed$/u,
  fr: /es?$/u,
};

/** Stretches with a letter between full stops, exclamation and question marks or line ends; at least 1. */
export function countSentences(prose: string): number {
  // The lookbehind keeps a long row of dots from being tried from each of its dots.
  const stretches = prose.split(/(?<![.!?…。！？])[.!?…。！？]+(?=\s|$|["'”’)»])|\n+/u);
  return Math.max(1, stretches.filter((stretch) => /\p{L}/u.test(stretch)).length);
}
