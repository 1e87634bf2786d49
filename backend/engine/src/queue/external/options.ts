import type { Notifier } from '../../store/notifier.js';
import type { Sql } from '../../store/sql.js';
import type { Histograms } from '../histograms.js';
import type { Redaction } from '../redaction.js';
import type { Registry } from '../registry.js';

/** What the calls of external programs need, and how far they may go. */
export interface ExternalOptions {
  sql: Sql;
  registry: Pick<Registry, 'get'>;
  notifier: Notifier;
  redaction: Redaction;
  /** RUNNING external runs at once. */
  mostActive: number;
  /** Silence after which a run is failed, where its program doesn't say otherwise. */
  inactiveAfterMs: number;
  /** The longest silence that a program may ask for. */
  maxInactiveMs: number;
  messagesPerRun: number;
  histograms?: Histograms;
}
