import { listEvents, listRunners } from '@job-manager/engine/store/runner-list';
import type { Sql } from '@job-manager/engine/store/sql';
import { presentEvent, presentRunner } from '../present/runner.js';
import type { TailViewer } from './run-tail.js';
import { encode, type SharedMessage } from './shared-message.js';

interface RunnersFeedOptions {
  sql: Sql;
  /** How often runners are read while at least one viewer follows them, in milliseconds. */
  pollMs?: number;
  onError?(error: unknown): void;
}

/**
 * The runners as all see them who follow them: read once a second for all, only while one does. A viewer that is behind
 * gets the whole again instead of the changes that it missed.
 */
export class RunnersFeed {
  readonly #options: RunnersFeedOptions;
  /** Those who are sent changes, and those who need the whole first. */
  readonly #followers = new Map<TailViewer, { hasSnapshot: boolean }>();
  /** What was sent last of each runner. */
  #known = new Map<string, string>();
  #snapshot: SharedMessage | undefined;
  #lastEventId = '0';
  #timer: NodeJS.Timeout | undefined;
  #isReading = false;

  constructor(options: RunnersFeedOptions) {
    this.#options = options;
  }

  /** Sends a viewer the runners and their changes, until the returned function is called. */
  follow(viewer: TailViewer): () => void {
    const isFirst = this.#followers.size === 0;
    this.#followers.set(viewer, { hasSnapshot: false });
    if (isFirst) this.#begin();
    return () => {
      this.#followers.delete(viewer);
      if (this.#followers.size === 0) clearTimeout(this.#timer);
    };
  }

  /** What was read for others before is too old. */
  #begin(): void {
    this.#snapshot = undefined;
    this.#known.clear();
    void this.#tick();
  }

  async #tick(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    clearTimeout(this.#timer);
    await this.#read().catch((error: unknown) => this.#options.onError?.(error));
    this.#isReading = false;
    if (this.#followers.size === 0) return;
    this.#timer = setTimeout(() => void this.#tick(), this.#options.pollMs ?? 1_000).unref();
  }

  async #read(): Promise<void> {
    const { sql } = this.#options;
    const isFirst = this.#snapshot === undefined;
    const runners = (await listRunners(sql)).map(presentRunner);
    const events = (await listEvents(sql, isFirst ? {} : { afterId: this.#lastEventId })).map(presentEvent);
    this.#lastEventId = events[0]?.id ?? this.#lastEventId;
    const texts = new Map(runners.map((runner) => [runner.id, JSON.stringify(runner)]));
    const hasLeft = [...this.#known.keys()].some((id) => !texts.has(id));
    const changed = runners.filter(({ id }) => this.#known.get(id) !== texts.get(id));
    this.#known = texts;
    this.#snapshot = encode({
      type: 'server.admin.runners_snapshot',
      data: { runners, asOf: new Date().toISOString() },
    });
    const changes = isFirst
      ? []
      : [
          ...changed.map((runner) => encode({ type: 'server.admin.runner_changed', data: { runner } })),
          ...events.reverse().map((event) => encode({ type: 'server.admin.runner_event', data: { event } })),
        ];
    this.#send(changes, hasLeft);
  }

  #send(changes: SharedMessage[], isWhole: boolean): void {
    for (const [viewer, follower] of this.#followers) {
      if (!viewer.isReady) follower.hasSnapshot = false;
      else if (follower.hasSnapshot && !isWhole) for (const change of changes) viewer.send(change);
      else {
        if (this.#snapshot) viewer.send(this.#snapshot);
        follower.hasSnapshot = true;
      }
    }
  }
}
