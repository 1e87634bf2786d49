// A tag goes on until white space or punctuation; a single hyphen may join its parts (#board-games).
const PART = '[^\\s\\u0021-\\u002f\\u003a-\\u0040\\u005b-\\u005e\\u0060\\u007b-\\u00bf\\u2000-\\u206f\\u3000-\\u303f]+';

/**
 * Finds a hashtag, its name as the first group: JavaScript and PostgreSQL read this pattern alike. The `#`
 * begins a word, so the fragment of a link is none.
 */
export const HASHTAG_PATTERN = `(?:^|[\\s(])#(${PART}(?:-${PART})*)`;

/** The hashtags of a text without `#`, in lower case, each once, in order of appearance. */
export function hashtagsOf(text: string): string[] {
  const found = text.matchAll(new RegExp(HASHTAG_PATTERN, 'g'));
  return [...new Set([...found].map((match) => (match[1] ?? '').toLowerCase()))];
}
