import { LANGUAGES, type Language, STOP_WORDS } from './stop-words.js';

/** Letters and signs that one or two of the languages have for themselves. */
const TELLING: [RegExp, Language[]][] = [
  [/[ß]/u, ['de']],
  [/[äöü]/u, ['de']],
  [/[ñ¿¡]/u, ['es']],
  [/[ãõ]/u, ['pt']],
  [/[çê]/u, ['fr', 'pt']],
  [/[œëîû]/u, ['fr']],
  [/[ìò]/u, ['it']],
  [/ij|aa/u, ['nl']],
];

/** A hint is worth less than a word that stands in one list alone: names carry foreign letters too. */
const HINT = 0.5;

/**
 * Guesses the language of a text from its common words and typical letters; `und` when there are none or
 * two languages are equally likely. `words` are those of the text, in lower case.
 */
export function guessLanguage(text: string, words: readonly string[]): Language | 'und' {
  const lower = text.toLowerCase();
  const scores = LANGUAGES.map((language) => ({ language, score: score(language, lower, words) }));
  const [best, second] = scores.sort((a, b) => b.score - a.score);
  if (!best || !second || best.score === 0 || best.score === second.score) return 'und';
  return best.language;
}

function score(language: Language, text: string, words: readonly string[]): number {
  const common = words.reduce((sum, word) => sum + (STOP_WORDS[language].has(word) ? (WORTH.get(word) ?? 0) : 0), 0);
  const hints = TELLING.filter(([letters, languages]) => languages.includes(language) && letters.test(text));
  // Hints alone are no evidence: a German surname doesn't make a sentence German.
  return common === 0 ? 0 : common + hints.length * HINT;
}

/** A word of several languages counts less for each. */
const WORTH = new Map(
  LANGUAGES.flatMap((language) => [...STOP_WORDS[language]]).map((word) => [
    word,
    1 / LANGUAGES.filter((language) => STOP_WORDS[language].has(word)).length,
  ]),
);
