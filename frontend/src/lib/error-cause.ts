const UUID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/gi;
/** Hashes and tokens: eight or more hexadecimal digits, at least one of them a decimal one. */
const HEX = /\b(?=[a-f]*\d)[0-9a-f]{8,}\b/gi;
const NUMBER = /\d+(?:[.,:]\d+)*/g;

/** What errors of one cause have in common: the first line, with "…" for ids and numbers. */
export function causeOf(error: string): string {
  const [line = ''] = error.trim().split('\n', 1);
  return line.replace(UUID, '…').replace(HEX, '…').replace(NUMBER, '…').replace(/…\.$/, '…').trim();
}
