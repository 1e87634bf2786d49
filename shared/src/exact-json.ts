/** A number in a JSON text that a double doesn't hold as it was written. */
export class InexactNumberError extends Error {
  override readonly name = 'InexactNumberError';

  constructor(
    /** Dotted path of the number: `parameters.orderIds.3`; empty where it is the whole text. */
    readonly path: string,
    /** What is wrong with it, for people. */
    readonly reason: string,
  ) {
    super(path === '' ? reason : `${path}: ${reason}`);
  }
}

/**
 * Parses JSON like `JSON.parse`, and throws InexactNumberError at the first number that would come back as another
 * one: `9007199254740993`, `1e400`, `1e-400`, or a decimal of more than 17 digits. SyntaxError for what is no JSON.
 */
export function parseExactJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  // Scanning takes longer than parsing, and hardly any text has a number with that many digits.
  if (MAY_BE_INEXACT.test(text)) refuseInexact(text);
  return value;
}

/** Up to 15 digits, with an exponent of at most two, are always kept. */
const MAY_BE_INEXACT = /\d[\d.]{15}|\d[eE][+-]?\d{3}/;
/** Enough digits to distinguish every double from the next one. */
const MAX_DIGITS = 17;

/** Why a number, as JSON writes it, is not kept as it is; null where it is. `1.10` and `1e3` are kept. */
export function findInexactness(number: string): string | null {
  const value = Number(number);
  if (!Number.isFinite(value)) return TOO_LARGE;
  const { digits, exponent } = decimalOf(number);
  if (digits === '') return null;
  if (value === 0) return 'too close to 0 to be kept exactly; send it as text';
  if (exponent >= 0) return isSame(String(value), { digits, exponent }) ? null : TOO_LARGE;
  // A program may write the 17 digits that a double has at most: 0.10000000000000001 is 0.1.
  const isKept = digits.length <= MAX_DIGITS && isSame(value.toPrecision(digits.length), { digits, exponent });
  return isKept ? null : 'has more digits than can be kept exactly; round it, or send it as text';
}

const TOO_LARGE = 'too large to be kept exactly; send it as text';

/** A number without its sign: its digits, with no zero at either end, times a power of ten. */
interface Decimal {
  digits: string;
  exponent: number;
}

function decimalOf(number: string): Decimal {
  const [mantissa = '', power = '0'] = number.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const written = (whole + fraction).replace(/^0+/, '');
  // Not by /0+$/, which takes the square of the time for a long row of zeros that ends in something else.
  let end = written.length;
  while (written[end - 1] === '0') end--;
  const exponent = Number(power) - fraction.length + (written.length - end);
  return { digits: written.slice(0, end), exponent };
}

function isSame(number: string, wanted: Decimal): boolean {
  const { digits, exponent } = decimalOf(number);
  return digits === wanted.digits && exponent === wanted.exponent;
}

/** Where the scan is: the keys and places of the objects and lists around it. */
type Place = { key: string } | { index: number };

/** Throws for the first inexact number of a text that is known to be JSON; without recursion, however deep it is. */
function refuseInexact(text: string): void {
  const places: Place[] = [];
  let lastString = '';
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    const place = places.at(-1);
    if (char === '"') {
      const end = endOfString(text, at);
      lastString = text.slice(at, end + 1);
      at = end;
    } else if (char === '{') places.push({ key: '' });
    else if (char === '[') places.push({ index: 0 });
    else if (char === '}' || char === ']') places.pop();
    else if (char === ':' && place && 'key' in place) place.key = lastString;
    else if (char === ',' && place && 'index' in place) place.index++;
    else if (char === '-' || isDigit(char)) {
      const end = endOfNumber(text, at);
      const reason = findInexactness(text.slice(at, end));
      if (reason !== null) throw new InexactNumberError(places.map(nameOf).join('.'), reason);
      at = end - 1;
    }
  }
}

const nameOf = (place: Place): string => ('key' in place ? String(JSON.parse(place.key)) : String(place.index));
const isDigit = (char: string): boolean => char >= '0' && char <= '9';

/** The quotation mark that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function endOfNumber(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && /[\d.eE+-]/.test(text.charAt(at))) at++;
  return at;
}
