import type { Installation } from '@job-manager/engine/database/installation';
import type { SystemState } from '@job-manager/engine/store/health';
import type { UntrustedProxy } from '../auth/proxies.js';

/** What was measured; everything the verdict and the answers are made of. */
export interface HealthFacts {
  isClosing: boolean;
  database: {
    /** Round trip of an empty query, waiting for a free connection included; null when there was no answer. */
    latencyMs: number | null;
  } & Installation;
  notifications: {
    /** There are none, by choice: everything polls. */
    isOff?: boolean;
    isConnected: boolean;
    /** Null when nothing came back in time. */
    roundTripMs: number | null;
  };
  /** Null when the database did not answer. */
  state: SystemState | null;
  /** What this process leaves to others, by its settings. */
  duties: { isStandby: boolean; firesSchedules: boolean };
  /** A reverse proxy whose headers are ignored. */
  untrustedProxy?: UntrustedProxy | null;
  limits: {
    heartbeatMs: number;
    maintenanceMs: number;
    maxExternal: number;
  };
}
