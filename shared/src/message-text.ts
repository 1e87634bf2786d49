import type { JobRunMessage } from './contract/message.js';
import { escapeControls, printableJson } from './terminal-text.js';

/** A message as a line of a text, in files and on clipboards; a message of several lines stays one line, and codes for terminals do nothing. */
export function messageText({ at, attempt, level, message, data }: JobRunMessage): string {
  const text = escapeControls(message.replace(/\r\n|[\n\r\u2028\u2029]/g, '\\n'));
  const beside = data === null ? '' : ` ${printableJson(data)}`;
  return `${at} [attempt ${attempt}] ${level} ${text}${beside}`;
}
