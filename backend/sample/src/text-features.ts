import { hashtagsOf } from './hashtags.js';
import { guessLanguage } from './language.js';
import { readingEase } from './readability.js';
import { type Language, STOP_WORDS } from './stop-words.js';

export interface TextFeatures {
  language: Language | 'und';
  /** Unicode code points of the whole text. */
  characterCount: number;
  /** Words of the prose: links and mentions are none, a hashtag is the words it is made of. */
  wordCount: number;
  /** Flesch reading ease. */
  readability: number;
  hashtags: string[];
  mentions: string[];
  links: string[];
  /** Words that may become keywords, as often as they occur. */
  terms: string[];
}

/** Everything about a text that needs no other text. */
export function describeText(text: string): TextFeatures {
  const unlinked = text.replace(LINK, (found) => ` ${found.slice(trimLink(found).length)}`);
  const prose = unlinked.replace(MENTION, ' ');
  const words = wordsOf(prose);
  const language = guessLanguage(prose, words);
  return {
    language,
    characterCount: [...text].length,
    wordCount: words.length,
    readability: readingEase(prose, words, language),
    hashtags: hashtagsOf(text),
    mentions: distinct([...unlinked.matchAll(MENTION)].map((found) => (found[1] ?? '').toLowerCase())),
    links: distinct((text.match(LINK) ?? []).map(trimLink).filter((link) => URL.canParse(link))),
    terms: termsOf(words, language),
  };
}

// An @ inside a word belongs to an address. A name may contain dots and hyphens but not end in one.
const MENTION = /(?<![\p{L}\p{N}_.@/])@([\p{L}\p{N}_]+(?:[.-][\p{L}\p{N}_]+)*)/gu;

// Bounded: what browsers accept, and no more than the trimming below takes in good time.
const LINK = /https?:\/\/[^\s<>"]{1,2000}/giu;

/** Without the punctuation of the sentence around it. */
function trimLink(link: string): string {
  const trimmed = link.replace(/(?<![.,;:!?'’”»*_])[.,;:!?'’”»*_]+$/u, '');
  // A bracket at the end belongs to the link only if it was opened in it, as in …/Ada_(language).
  const isUnopened = trimmed.endsWith(')') && trimmed.split(')').length > trimmed.split('(').length;
  return isUnopened ? trimLink(trimmed.slice(0, -1)) : trimmed;
}

/** In order of first appearance. */
const distinct = (values: string[]) => [...new Set(values)];

/** English contractions stay whole ("don't"); elsewhere an apostrophe parts words ("l'eau"). */
const WORD = /\p{L}[\p{L}\p{M}\p{N}]*(?:'(?:t|s|re|ll|ve|d|m)(?!\p{L}))?/gu;

function wordsOf(prose: string): string[] {
  return prose.normalize('NFKC').replaceAll('’', "'").toLowerCase().match(WORD) ?? [];
}

const SHORTEST_TERM = 3;
const LONGEST_TERM = 40;

/** Without stop words: those of the text's language, or of all where that is unknown. */
function termsOf(words: readonly string[], language: Language | 'und'): string[] {
  const lists = language === 'und' ? Object.values(STOP_WORDS) : [STOP_WORDS[language]];
  return words
    .map((word) => word.replace(/'s$/u, ''))
    .filter((word) => word.length >= SHORTEST_TERM && word.length <= LONGEST_TERM && !word.includes("'"))
    .filter((word) => !lists.some((list) => list.has(word)));
}
