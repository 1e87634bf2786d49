import { userInfo } from 'node:os';
import type { Actor } from '@job-manager/client/actor';

/** A person with a shell here needs no account; the audit log records which account of the machine it was. */
export function actorOf(program: string): Actor {
  return { userId: null, email: null, ip: null, tokenId: null, userAgent: `${program}, ${accountName()}` };
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    // An account without a name, as some containers have.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
