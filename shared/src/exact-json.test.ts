import { describe, expect, it } from 'vitest';
import { findInexactness, InexactNumberError, parseExactJson } from './exact-json.js';

const LARGE = 'too large to be kept exactly; send it as text';

describe('a number in JSON', () => {
  it.each([
    '0',
    '-0',
    '0.0',
    '0e999999',
    '1.10',
    '1e3',
    '100e-2',
    '-12.5E+2',
    '9007199254740991',
    '-9007199254740992',
    '9007199254740994',
    '100000000000000000000',
    '1e21',
    '1.7976931348623157e308',
    '5e-324',
    '0.1',
    '0.30000000000000004',
    '0.10000000000000001',
    '0.33333333333333331',
    '123456789012345.6',
    '0.00000000000000000000000000012',
  ])('%s is kept', (text) => {
    expect(findInexactness(text)).toBeNull();
    expect(parseExactJson(text)).toBe(Number(text));
  });

  it.each([
    ['9007199254740993', LARGE],
    ['-9007199254740993', LARGE],
    ['9007199254740993.0', LARGE],
    ['9007199254740993e0', LARGE],
    ['9.007199254740993e15', LARGE],
    ['750727362669608961', LARGE],
    ['3544790567247868102', LARGE],
    // A double, and written as 1152921504606847000 by the next program.
    ['1152921504606846976', LARGE],
    ['1e400', LARGE],
    ['-1e400', LARGE],
    [`1${'0'.repeat(400)}`, LARGE],
    ['1.7976931348623159e308', LARGE],
    ['1e-400', expect.stringContaining('too close to 0')],
    ['3e-324', expect.stringContaining('more digits')],
    ['1234567890123456.7', expect.stringContaining('more digits')],
    ['12345678901234567.89', expect.stringContaining('more digits')],
    ['0.33333333333333333333', expect.stringContaining('more digits')],
  ])('%s is refused', (text, reason) => {
    expect(findInexactness(text)).toEqual(reason);
    expect(() => parseExactJson(text)).toThrow(InexactNumberError);
  });

  it('is refused with its path', () => {
    const pathOf = (text: string) => {
      try {
        return parseExactJson(text);
      } catch (error) {
        return (error as InexactNumberError).path;
      }
    };
    expect(pathOf('{"a":{"orderId":9007199254740993}}')).toBe('a.orderId');
    expect(pathOf('{"a":[1,{"b":[[],{}]},[2, 3 ,1e400]]}')).toBe('a.2.2');
    expect(pathOf('{"x":"9007199254740993\\"1e400,{[","\\u0061 \\"b":{"c":1},"d":[],"e":-1e400}')).toBe('e');
    expect(pathOf('{"\\u0061 \\"b": 1e400}')).toBe('a "b');
    expect(() => parseExactJson('{"orderId":9007199254740993}')).toThrow(`orderId: ${LARGE}`);
  });

  it('is found quickly, however deep it is', () => {
    const digits = `1${'0'.repeat(1_000_000)}1`;
    expect(() => parseExactJson(`[0.${digits}]`)).toThrow('0: has more digits');
    const deep = `${'['.repeat(100_000)}9007199254740993`;
    expect(() => parseExactJson(deep + ']'.repeat(100_000))).toThrow(LARGE);
    expect(parseExactJson(`["${'\\"'.repeat(1_000_000)}", "9007199254740993"]`)).toHaveLength(2);
  });

  it('is no matter where the text is no JSON', () => {
    expect(() => parseExactJson('{"a":9007199254740993')).toThrow(SyntaxError);
  });
});
