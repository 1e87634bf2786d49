import type { Listener } from '../store/listener.js';
import type { QueueEvents } from './events.js';
import { Heartbeat, type HeartbeatOptions, type HeartbeatReport, type RunnerTimes } from './heartbeat.js';
import type { HeldRuns } from './held-runs.js';
import type { Reachability } from './reachability.js';

interface RunnerSignalsOptions {
  heartbeat: Omit<HeartbeatOptions, 'pulseMs' | 'leases'>;
  listener: Listener | undefined;
  held: HeldRuns;
  database: Reachability;
  events: QueueEvents;
  /** The state of the runner, which each heartbeat reports. */
  times(): RunnerTimes;
  /** Runs were queued; the id of a run that was queued alone. */
  onQueued(runId?: string): void;
}

/**
 * Receives the answers to a runner's heartbeats and the notifications of other processes. Stops the runs that are
 * requested to stop or whose lease is lost.
 */
export class RunnerSignals {
  readonly #options: RunnerSignalsOptions;
  readonly #heartbeat: Heartbeat;
  readonly #unfollow: () => void;

  /** Starts the heartbeats and the listener. */
  constructor(options: RunnerSignalsOptions) {
    this.#options = options;
    const leases = options.held.leases.shared;
    this.#heartbeat = new Heartbeat(
      { ...options.heartbeat, leases },
      (report) => this.#onReport(report),
      options.times,
    );
    this.#unfollow = options.listener ? this.#follow(options.listener) : () => {};
  }

  /** Stops both, after the last heartbeat. */
  async stop(): Promise<void> {
    await this.#heartbeat.stop();
    this.#unfollow();
  }

  #follow(listener: Listener): () => void {
    const { held, onQueued } = this.#options;
    const queued = (payload: string) => onQueued(/^\d{1,18}$/.test(payload) ? payload : undefined);
    const connected = () => {
      onQueued();
      // Brings the cancel requests that were missed meanwhile.
      if (held.size > 0) this.#heartbeat.beatNow();
    };
    const cancel = (payload: string) => {
      for (const runId of parseIds(payload)) held.cancel(runId);
    };
    const revoked = (payload: string) => {
      const runIds = parseIds(payload);
      // The heartbeat returns which leases are lost; this runner may have claimed a run anew meanwhile.
      if (held.all().some(({ run }) => runIds.includes(run.id))) this.#heartbeat.beatNow();
    };
    listener.on('queued', queued).on('connected', connected).on('cancel', cancel).on('revoked', revoked);
    return () => {
      listener.off('queued', queued).off('connected', connected).off('cancel', cancel).off('revoked', revoked);
    };
  }

  #onReport(report: HeartbeatReport): void {
    const { held, events, database } = this.#options;
    if (report.type === 'lost') {
      for (const execution of held.at(report.leases)) {
        const { id: runId, jobName } = execution.run;
        events.emit('leaseLost', { runId, jobName });
        execution.stop('lease lost');
      }
    }
    if (report.type === 'cancelRequested') {
      for (const execution of held.at(report.leases)) execution.stop('cancelled');
    }
    if (report.type === 'unreachable') database.noteUnreachable('heartbeat', new Error(report.message));
  }
}

function parseIds(payload: string): string[] {
  try {
    const ids: unknown = JSON.parse(payload);
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}
