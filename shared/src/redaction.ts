/** What stands in the place of a secret. */
export const REDACTED = '[redacted]';

/** Removes secrets from everything that a run reports. */
export interface Redaction {
  /** What it was made of, for another process to make the same. */
  keys: string;
  /** Whether what stands under this key is a secret: each text of it, however deep. Numbers, booleans and what is empty are none. */
  isSecret(key: string): boolean;
  /**
   * The text without the secrets in it: `key=value`, `key: value`, `"key":"value"`, `--key value`, `Bearer …`,
   * `//user:password@`, JSON web tokens, private keys, API tokens of ours.
   */
  text(text: string): string;
}

/**
 * `keys` are names with commas between. Case, `_` and `-` make no difference, and a key that has one of the names in it
 * counts too (`DB_PASSWORD`, `credentials`, `AWS_SECRET_ACCESS_KEY`, `secretKeyBase`): the exact names are never all
 * known. One that names or measures it (`tokenId`, `password_length`) doesn't.
 */
export function createRedaction(keys: string): Redaction {
  const names = keys.split(',').map(lettersOf).filter(Boolean);
  if (names.length === 0) return { keys, isSecret: () => false, text: whereSuspicious(withoutCredentials) };
  const name = `(?:${names.map(patternOf).join('|')})[sS]?`;
  const named = `${name}(?:${REST_OF_NAME})?`;
  const key = new RegExp(`${name}(?:$|${REST_OF_NAME}$)`);
  const pair = new RegExp(`(${named}\\\\*["']?\\s*(?:=>|:=|==?|:)\\s*)(?!\\[redacted\\])(${VALUE})`, 'g');
  const option = new RegExp(
    `((?<![\\w-])--[\\w-]{0,40}${name}(?:-[\\w-]{0,40})?\\s+)(?!\\[redacted\\]|-)(${VALUE})`,
    'g',
  );
  const single = new RegExp(
    `${name.replace(/\[sS\]\?$/, '')}(?:[ _-]?(?:key|value|code))?["'\\\\]*\\s*[=:>]+\\s*$`,
    'i',
  );
  const headers = ['authorization', 'cookie'].filter((header) => key.test(header));
  const header = new RegExp(`((?:${headers.join('|')})\\s*:\\s*)(?!["'\\s]|\\[redacted\\]).*`, 'gi');
  const hide = (match: string, before: string, value: string) => hideValue(match, { before, value, single });
  return {
    keys,
    isSecret: remembered((candidate) => key.test(candidate)),
    text: whereSuspicious((text) => {
      const withoutHeaders = headers.length === 0 ? text : text.replace(header, `$1${REDACTED}`);
      const withoutOptions = withoutHeaders.includes('--') ? withoutHeaders.replace(option, hide) : withoutHeaders;
      return withoutCredentials(withoutOptions).replace(pair, hide);
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

/** Skips all searches for a text without any character that they need: most of the output of jobs. */
const whereSuspicious =
  (redact: (text: string) => string) =>
  (text: string): string =>
    SUSPICIOUS.test(text) ? redact(text) : text;
const SUSPICIOUS = /[:=]|--|bearer|eyJ|jm_/i;

/** Quoted, with or without its end, for a line may have been cut; quoted within a quoted text; or up to what can't belong to it. */
const VALUE = `"(?:[^"\\\\]|\\\\.)*"?|'(?:[^'\\\\]|\\\\.)*'?|\\\\+"[^"]*"?|[^\\s"',;&)}\\]]+`;

const lettersOf = (key: string): string => key.toLowerCase().replace(/[\s_-]/g, '');
const patternOf = (letters: string): string => [...letters].map(anyCase).join('[ _-]?');
const anyCase = (letter: string): string =>
  /[a-z]/.test(letter) ? `[${letter}${letter.toUpperCase()}]` : letter.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** Words after a name that make it an identifier, a measure, a time or a kind. */
const MEASURES =
  'id|name|count|counter|limit|length|size|total|usage|used|budget|type|kind|policy|ttl|age|expiry|expires|expiration|expired';
/**
 * What may follow in a name, from the next word on: `_KEY`, `-hash`, `Value`. So a `secretary` is no secret. Its length is
 * bound, or a text that repeats a name would be searched to its end each time.
 */
const REST_OF_NAME = `(?![_-]?(?:${[...MEASURES.split('|')].map((word) => [...word].map(anyCase).join('')).join('|')})[sS]?(?![a-z]))(?:[_-][A-Za-z0-9]|[A-Z][a-z])[\\w-]{0,40}`;

/** Credentials that are recognisable by their form, whatever keys are configured. */
function withoutCredentials(text: string): string {
  let safe = text
    .replace(/\b(Bearer\s+)(?!\[redacted\])[\w.~+/=-]+/gi, `$1${REDACTED}`)
    .replace(/(\/\/[^\s/:@]*:)(?!\[redacted\]@)[^\s/?#"'<>]+@/g, `$1${REDACTED}@`);
  if (safe.includes('eyJ')) safe = safe.replace(/(?<![\w-])eyJ[\w-]+(?:\.[\w-]*){2,4}/g, REDACTED);
  if (safe.includes('jm_')) safe = safe.replace(/(?<![A-Za-z0-9])jm_[\w-]{20,}/g, REDACTED);
  if (safe.includes('PRIVATE KEY')) safe = safe.replace(PRIVATE_KEY, REDACTED);
  return safe;
}

/** To its end, or to that of the text, for it may have been cut. */
const PRIVATE_KEY =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----|$)/g;

/**
 * What is no secret whatever its name: nothing, a flag, and a number unless the name is a singular (`5 tokens: 12 in`,
 * `token_index=3`). In a text, a number after a singular may be a PIN. A bracket that opens has its own names within.
 */
const NO_SECRET = /^(?:null|undefined|true|false|nil|none|(\\*["'])\1|[[({]+)[.\])}]*$/i;
const COUNT = /^[[(]*[-+~]?\d[\d.,_/%]*[kMB]?$/;

/** Quotes stay, so that JSON in a message remains JSON. */
function hideValue(
  match: string,
  { before, value, single }: { before: string; value: string; single: RegExp },
): string {
  if (NO_SECRET.test(value) || (COUNT.test(value) && !single.test(before) && !before.startsWith('--'))) return match;
  const [quote = ''] = /^\\*["']/.exec(value) ?? [];
  return `${before}${quote}${REDACTED}${quote}`;
}
