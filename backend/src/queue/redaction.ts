/** What stands in the place of a secret. */
export const REDACTED = '[redacted]';

/** Keeps secrets out of whatever a run says about itself. */
export interface Redaction {
  /** What it was made of, for another process to make the same. */
  keys: string;
  /** Whether what stands under this key is a secret: each text of it, however deep. Numbers, booleans and what is empty are none. */
  isSecret(key: string): boolean;
  /** The text without the secrets in it: `key=value`, `key: value`, `"key":"value"`, `Bearer …`, `//user:password@`. */
  text(text: string): string;
}

/**
 * `keys` are names with commas between. Case, `_` and `-` make no difference, and a key that ends with one of
 * the names counts too (`DB_PASSWORD`, `accessToken`, `credentials`): the exact names are never all known.
 */
export function createRedaction(keys: string): Redaction {
  const names = keys.split(',').map(lettersOf).filter(Boolean);
  if (names.length === 0) return { keys, isSecret: () => false, text: whereSuspicious(withoutCredentials) };
  const name = `(?:${names.map(patternOf).join('|')})s?`;
  const key = new RegExp(`${name}$`, 'i');
  const pair = new RegExp(`(${name}\\\\*["']?\\s*[=:]\\s*)(?!\\[redacted\\])(${VALUE})`, 'gi');
  const headers = ['authorization', 'cookie'].filter((header) => key.test(header));
  const header = new RegExp(`((?:${headers.join('|')})\\s*:\\s*)(?!["'\\s]|\\[redacted\\]).*`, 'gi');
  return {
    keys,
    isSecret: remembered((candidate) => key.test(candidate)),
    text: whereSuspicious((text) => {
      const withoutHeaders = headers.length === 0 ? text : text.replace(header, `$1${REDACTED}`);
      return withoutCredentials(withoutHeaders).replace(pair, hide);
    }),
  };
}

/** Jobs use the same few names over and over, and the search takes longer than all else about a value. */
function remembered(search: (key: string) => boolean): (key: string) => boolean {
  const found = new Map<string, boolean>();
  return (key) => {
    const known = found.get(key);
    if (known !== undefined) return known;
    const isFound = search(key);
    if (found.size >= MAX_REMEMBERED) found.clear();
    if (key.length <= MAX_REMEMBERED_CHARS) found.set(key, isFound);
    return isFound;
  };
}
const MAX_REMEMBERED = 1_000;
const MAX_REMEMBERED_CHARS = 100;

/** Leaves out four searches for a text that has nothing which any of them could do without: most of what jobs say. */
const whereSuspicious =
  (redact: (text: string) => string) =>
  (text: string): string =>
    SUSPICIOUS.test(text) ? redact(text) : text;
const SUSPICIOUS = /[:=]|bearer/i;

/** Quoted, with or without its end, for a line may have been cut; quoted within a quoted text; or up to what can't belong to it. */
const VALUE = `"(?:[^"\\\\]|\\\\.)*"?|'(?:[^'\\\\]|\\\\.)*'?|\\\\+"[^"]*"?|[^\\s"',;&)}\\]]+`;

const lettersOf = (key: string): string => key.toLowerCase().replace(/[\s_-]/g, '');
const patternOf = (letters: string): string => [...letters].map(escaped).join('[ _-]?');
const escaped = (letter: string): string => letter.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** Credentials that give themselves away, whatever keys are configured. */
function withoutCredentials(text: string): string {
  return text
    .replace(/\b(Bearer\s+)(?!\[redacted\])[\w.~+/=-]+/gi, `$1${REDACTED}`)
    .replace(/(\/\/[^\s/:@]*:)(?!\[redacted\])[^\s/@]+@/g, `$1${REDACTED}@`);
}

/**
 * What is no secret whatever its name: nothing, a flag, and after a plural (`5 tokens: 12 in`) a number. In a text, a number after
 * a singular may be a PIN. A bracket that opens has its own names within.
 */
const NO_SECRET = /^(?:null|undefined|true|false|nil|none|(\\*["'])\1|[[({]+)[.\])}]*$/i;
const COUNT = /^[[(]*[-+~]?\d[\d.,_/%]*[kMB]?$/;

/** Quotes stay, so that JSON in a message remains JSON. */
function hide(match: string, key: string, value: string): string {
  if (NO_SECRET.test(value) || (COUNT.test(value) && /s[\\"']*\s*[=:]\s*$/i.test(key))) return match;
  const [quote = ''] = /^\\*["']/.exec(value) ?? [];
  return `${key}${quote}${REDACTED}${quote}`;
}
