/**
 * How well a text matches what was typed, the higher the better; 0 for not at all. Every word typed must be found: at
 * the text's start, at the start of one of its words, inside, or at least letter by letter in its order.
 */
export function scoreMatch(text: string, typed: string): number {
  const haystack = text.toLowerCase();
  const scores = typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => scoreWord(haystack, word));
  return scores.includes(0) ? 0 : scores.reduce((sum, score) => sum + score, 0);
}

function scoreWord(haystack: string, word: string): number {
  const at = haystack.indexOf(word);
  if (at === 0) return 4;
  if (at > 0) return /[^\p{L}\p{N}]/u.test(haystack[at - 1] ?? '') ? 3 : 2;
  // A letter or two in order are in nearly every text.
  return word.length > 2 && hasInOrder(haystack, word) ? 1 : 0;
}

function hasInOrder(haystack: string, word: string): boolean {
  let from = 0;
  for (const letter of word) {
    const at = haystack.indexOf(letter, from);
    if (at === -1) return false;
    from = at + 1;
  }
  return true;
}
