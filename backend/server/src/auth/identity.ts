import type { CurrentUser } from '@job-manager/shared/contract/auth';
import type { JobPatterns } from '@job-manager/shared/job-patterns';
import type { PendingStep } from '@job-manager/shared/pending-steps';
import type { Permission } from '@job-manager/shared/permissions';

/** What an identity may do. */
interface Access {
  /** None while something is pending. */
  permissions: readonly Permission[];
  /** Jobs that it may act on. */
  jobPatterns: JobPatterns;
}

/** A person signed in, as the database describes them at this moment. */
export interface SessionIdentity extends Access {
  user: CurrentUser;
  apiToken: null;
  /** Of the own role that they have; null with a built-in one. */
  roleName: string | null;
  /** What must be done before anything else. */
  pending: readonly PendingStep[];
  sessionId: string;
  /** A browser with its cookie, or a program with a bearer token. */
  via: 'cookie' | 'bearer';
}

/** A person whom the application that embeds us names. */
export interface HostIdentity extends Access {
  user: CurrentUser;
  apiToken: null;
  /** Of the own role that the application names; null with a built-in one. */
  roleName: string | null;
  pending: readonly [];
  via: 'host';
}

/** A program with an API token. */
export interface TokenIdentity extends Access {
  user: null;
  apiToken: { id: string; name: string };
  pending: readonly [];
  via: 'bearer';
}

/** Who makes a request. */
export type Identity = SessionIdentity | HostIdentity | TokenIdentity;
