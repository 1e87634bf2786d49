import type { JobRunMessage } from '@job-manager/shared/contract/message';

/** Lines as the downloaded file has them, to be pasted elsewhere. */
export const textOf = (lines: readonly JobRunMessage[]): string => lines.map(lineText).join('\n');

function lineText({ at, level, attempt, source, message, data }: JobRunMessage): string {
  const parts = [at, level.padEnd(5), `[attempt ${attempt}]`, source === 'SYSTEM' ? '[Job Manager]' : '', message];
  const written = data === null ? parts : [...parts, JSON.stringify(data)];
  return written.filter((part) => part !== '').join(' ');
}
