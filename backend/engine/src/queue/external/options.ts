import type { Notifier } from '../../store/notifier.js';
import type { Sql } from '../../store/sql.js';
import type { Histograms } from '../histograms.js';
import type { Redaction } from '../redaction.js';
import type { Registry } from '../registry.js';

/** What the calls of external programs need, and their limits. */
export interface ExternalOptions {
  sql: Sql;
  registry: Pick<Registry, 'get'>;
  notifier: Notifier;
  redaction: Redaction;
  /** RUNNING external runs at once. */
  maxActive: number;
  /** Time without a report after which a run is failed, where its program sets no other. */
  inactiveAfterMs: number;
  /** The longest `inactivityTimeoutMs` that a program may set. */
  maxInactiveMs: number;
  messagesPerRun: number;
  histograms?: Histograms;
}
