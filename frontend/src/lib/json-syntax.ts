export type ParsedJson = { ok: true; value: unknown } | { ok: false; line: number; column: number };

/**
 * Parses JSON; where it is wrong, returns the line and column. Error messages differ between browsers,
 * and some name no place at all, so the place is found here.
 */
export function parseJson(text: string): ParsedJson {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false, ...placeOf(text, findErrorOffset(text)) };
  }
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

const STRING = /"(?:[^"\\\p{Cc}]|\p{Cc}(?<=[\u007f-\u009f])|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/u;
const PLAIN = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)/;
const TOKEN = new RegExp(
  `[\\t\\n\\r ]*(?:(?<mark>[{}[\\]:,])|(?<string>${STRING.source})|(?<plain>${PLAIN.source}))`,
  'uy',
);

type Expected = 'value' | 'valueOrEnd' | 'key' | 'keyOrEnd' | 'colon' | 'commaOrEnd' | 'nothing';

/** The offset of the first token that cannot stand where it stands. */
function findErrorOffset(text: string): number {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let offset = 0;
  while (offset < text.length) {
    TOKEN.lastIndex = offset;
    const match = TOKEN.exec(text);
    const start = afterBlanks(text, offset);
    if (match === null) return start;
    const next = step(expected, match, open);
    if (next === null) return start;
    expected = next;
    offset = TOKEN.lastIndex;
  }
  return text.length;
}

function afterBlanks(text: string, from: number): number {
  let offset = from;
  while (' \t\n\r'.includes(text.charAt(offset)) && offset < text.length) offset++;
  return offset;
}

/** What may follow the token, or null when the token itself is the error. */
function step(expected: Expected, match: RegExpExecArray, open: ('{' | '[')[]): Expected | null {
  const mark = match.groups?.mark;
  const isString = match.groups?.string !== undefined;
  const afterValue = (): Expected => (open.length === 0 ? 'nothing' : 'commaOrEnd');
  const wantsValue = expected === 'value' || expected === 'valueOrEnd';

  if (wantsValue && mark === undefined) return afterValue();
  if (wantsValue && (mark === '{' || mark === '[')) {
    open.push(mark);
    return mark === '{' ? 'keyOrEnd' : 'valueOrEnd';
  }
  if ((expected === 'key' || expected === 'keyOrEnd') && isString) return 'colon';
  if (expected === 'colon' && mark === ':') return 'value';
  if (expected === 'commaOrEnd' && mark === ',') return open.at(-1) === '{' ? 'key' : 'value';
  const mayEnd = expected === 'commaOrEnd' || expected === 'keyOrEnd' || expected === 'valueOrEnd';
  const opener = mark === '}' ? '{' : mark === ']' ? '[' : null;
  if (!mayEnd || opener === null || open.at(-1) !== opener) return null;
  open.pop();
  return afterValue();
}
