import type { Change } from '@job-manager/server/live/changes';
import type { ServerMessage } from '@job-manager/shared/live';
import type { BrowserContext, WebSocketRoute } from '@playwright/test';
import { SimulatedRuns } from './simulated-runs.js';

/** Stands in for the server on a page's socket: an hour of changes in a minute is nothing an engine could do. */
export class StandInSocket {
  readonly #runs: SimulatedRuns;
  #route: WebSocketRoute | undefined;
  #seq = 0;

  private constructor(active?: number) {
    this.#runs = new SimulatedRuns(active);
  }

  /** Answers every socket of this browser's pages from now on; one page at a time. With `active` runs at any time. */
  static async take(context: BrowserContext, active?: number): Promise<StandInSocket> {
    const socket = new StandInSocket(active);
    await context.routeWebSocket('**/ws', (route) => socket.#accept(route));
    return socket;
  }

  /** Makes so many changes, each sent in a message of its own. */
  send(changes: number): void {
    for (let sent = 0; sent < changes; sent += 1) this.#send(this.#runs.change());
  }

  #accept(route: WebSocketRoute): void {
    this.#route = route;
    this.#seq = 0;
    route.onMessage((message) => {
      const { type } = JSON.parse(String(message)) as { type: string };
      if (type === 'client.admin.resync') this.#snapshot();
      if (type === 'client.admin.ping') this.#send({ type: 'server.admin.jobs_counts', data: this.#counts() });
    });
    this.#snapshot();
  }

  #snapshot(): void {
    this.#send({ type: 'server.admin.jobs_snapshot', data: { runs: this.#runs.runs, ...this.#counts() } });
  }

  #counts() {
    const { runs } = this.#runs;
    const running = runs.filter(({ status }) => status === 'RUNNING').length;
    return { counts: { running, queued: runs.length - running }, serverTime: new Date().toISOString() };
  }

  #send(change: Change): void {
    const message = { ...change, seq: this.#seq } as ServerMessage;
    this.#seq += 1;
    this.#route?.send(JSON.stringify(message));
  }
}
