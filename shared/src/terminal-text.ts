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

/** The text with its control characters but line feeds and tabs made visible (`\x1b`): a terminal shows it and obeys nothing. */
export function escapeControls(text: string): string {
  return text.replace(CONTROLS, (control) => `\\x${hexOf(control)}`);
}

/** JSON for a terminal or a file: `JSON.stringify` leaves the control characters beyond ASCII as they are. */
export function printableJson(value: unknown, indent?: number): string {
  return (JSON.stringify(value, null, indent) ?? 'null').replace(/[\x7f-\x9f]/g, (control) => `\\u00${hexOf(control)}`);
}

const hexOf = (control: string): string => control.charCodeAt(0).toString(16).padStart(2, '0');
