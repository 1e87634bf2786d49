// What a program writes for a terminal, as text that is the same everywhere.

/** ESC with `[`, `]` and so on, or the one character that stands for both. */
const CSI = '(?:\\x1b\\[|\\x9b)';
const STRING = '(?:\\x1b[\\]PX^_]|[\\x90\\x98\\x9d-\\x9f])';
const STRING_END = '(?:\\x07|\\x1b\\\\|\\x9c)';

/**
 * Sequences as ECMA-48 defines them, and OSC as xterm ends it. Node's own `stripVTControlCharacters` leaves half of what
 * has blanks in it (titles). A string without an end stays readable, and none contains a control character:
 * so the search takes no longer than the text is long, whatever the text is.
 */
const SEQUENCE = new RegExp(
  [`${STRING}[^\\x00-\\x08\\x0a-\\x1f\\x7f-\\x9f]*${STRING_END}`, `${CSI}[0-?]*[ -/]*[@-~]?`, '\\x1b[ -/]*[0-~]?'].join(
    '|',
  ),
  'g',
);
/** Back to the first column, or the whole line erased: what follows is written over what was there. */
const LINE_START = new RegExp(`^${CSI}(?:[01]?G|2K)$`);

const CONTROL = /[^\P{Cc}\t\n]/u;

/** Any text of one line that shows as it is: no control character, no line separator, nothing that turns its order around. */
export const ONE_PLAIN_LINE = /^[^\p{Cc}\p{Cs}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]*$/u;
const CONTROLS = /[^\P{Cc}\t\n]/gu;
const BIDI = '[\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]';

/**
 * The text as a terminal would have left it, without colours, links, movements and other control characters but line
 * feeds and tabs. Of a line that was written over again (`10 %\r20 %`) the last state remains.
 */
export function withoutTerminalCodes(text: string): string {
  if (!CONTROL.test(text)) return text;
  return text
    .replace(SEQUENCE, (sequence) => (LINE_START.test(sequence) ? '\r' : ''))
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map(lastState)
    .join('\n')
    .replace(CONTROLS, '');
}

function lastState(line: string): string {
  if (!line.includes('\r')) return line;
  return line.split('\r').findLast((state) => state.trim() !== '') ?? '';
}

/** Beside control characters, what turns the order of letters around: a terminal shows `exe.gpj` as `jpg.exe`. */
const UNSEEN = new RegExp(`[^\\P{Cc}\\t\\n]|${BIDI}`, 'gu');

/**
 * The text with its control characters but line feeds and tabs made visible (`\x1b`), and those that turn the order of
 * letters around (`\u202e`): a terminal shows it and obeys nothing.
 */
export function escapeControls(text: string): string {
  return text.replace(UNSEEN, visible);
}

/** The same for a text of ours in which others' are quoted: our colours stay. */
export function escapeAllButColours(text: string): string {
  return text.replace(UNSEEN_OR_COLOUR, (part) => (part.length > 1 ? part : visible(part)));
}

const UNSEEN_OR_COLOUR = new RegExp(`\\x1b\\[[\\d;]{0,20}m|${UNSEEN.source}`, 'gu');

const visible = (control: string): string =>
  control > '\xff' ? `\\u${hexOf(control).padStart(4, '0')}` : `\\x${hexOf(control)}`;

const UNSEEN_IN_JSON = new RegExp(`[\\x7f-\\x9f]|${BIDI}`, 'gu');
const jsonEscape = (control: string): string => `\\u${hexOf(control).padStart(4, '0')}`;

/** A line of JSON for a terminal or a log, which JSON itself would leave with such characters. */
export const printableJsonLine = (line: string): string => line.replace(UNSEEN_IN_JSON, jsonEscape);

/** JSON for a terminal or a file: `JSON.stringify` leaves the control characters beyond ASCII as they are. */
export function printableJson(value: unknown, indent?: number): string {
  return printableJsonLine(JSON.stringify(value, null, indent) ?? 'null');
}

const hexOf = (control: string): string => control.charCodeAt(0).toString(16).padStart(2, '0');
