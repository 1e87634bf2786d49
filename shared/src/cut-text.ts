/**
 * The text in at most `maxChars` characters. Where it is longer, its end gives the number left out; `missing` is how
 * many had been left out before.
 */
export function cutText(text: string, maxChars: number, missing = 0): string {
  if (text.length <= maxChars && missing === 0) return text;
  let kept = Math.min(text.length, maxChars);
  // The note takes room itself, so what it counts grows with it.
  for (let note = noteOf(text.length - kept + missing); kept + note.length > maxChars; ) {
    kept = Math.max(0, maxChars - note.length);
    note = noteOf(text.length - kept + missing);
    if (kept === 0) break;
  }
  // Half of a surrogate pair is no text.
  if (/[\ud800-\udbff]/.test(text.charAt(kept - 1))) kept -= 1;
  return `${text.slice(0, kept)}${noteOf(text.length - kept + missing)}`.slice(0, maxChars);
}

const noteOf = (chars: number): string =>
  `… ${chars.toLocaleString('en-US')} more character${chars === 1 ? ' was' : 's were'} left out`;
