import { checkInput, describeIssues } from '@job-manager/shared/check-input';
import { InexactNumberError, parseExactJson } from '@job-manager/shared/exact-json';
import { type ClientMessage, clientMessage } from '@job-manager/shared/live-client';
import type { RawData } from 'ws';

/** A message, or why it is none, as short as the reason of a close has to be. */
export function parseClientMessage(data: RawData): ClientMessage | string {
  try {
    const checked = checkInput(clientMessage, parseExactJson(data.toString()), 'field of this message');
    return checked.success ? checked.data : shortened(describeIssues(checked.issues));
  } catch (error) {
    return error instanceof InexactNumberError ? shortened(error.message) : 'Not JSON';
  }
}

/** Three bytes less than fit: a character that is cut may become one of three. */
const shortened = (reason: string): string => Buffer.from(reason).subarray(0, 120).toString();
