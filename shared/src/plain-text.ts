/** Whether a text has no control characters but line feeds and tabs: screens and terminals show it as it is. */
export const isPlainText = (text: string): boolean => !/[^\P{Cc}\t\n]/u.test(text);
export const NOT_PLAIN = 'must have no control characters';
