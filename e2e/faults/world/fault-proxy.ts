import { createServer, type Server, type Socket, connect as tcpConnect } from 'node:net';

/** How bytes pass: all of them, none while the connections stay open, or slowly. */
export type Weather =
  | { type: 'fine' }
  | { type: 'blackhole' }
  | { type: 'slow'; delayMs: number; bytesPerSecond: number };

interface Link {
  client: Socket;
  server: Socket;
  /** Bytes were swallowed, so nothing that comes later would make sense: it stays dark for ever. */
  isDark: boolean;
  /** When what is under way will have arrived; order is kept by it. */
  arrivesAt: { client: number; server: number };
}

/** A network between one program and its database that can be broken on purpose. */
export class FaultProxy {
  readonly #server: Server;
  readonly #target: { host: string; port: number };
  readonly #links = new Set<Link>();
  #weather: Weather = { type: 'fine' };
  /** Waits for a message to the server with this text, to lose the answer. */
  #lossAt: { text: string; onLost: () => void } | undefined;

  /** Between whoever uses `url` of it and the database of this address. */
  static async start(databaseUrl: string): Promise<FaultProxy> {
    const { hostname, port } = new URL(databaseUrl);
    const proxy = new FaultProxy({ host: hostname, port: Number(port) });
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  private constructor(target: { host: string; port: number }) {
    this.#target = target;
    this.#server = createServer((client) => this.#link(client));
  }

  /** The database's address with this network in between. */
  url(databaseUrl: string): string {
    const url = new URL(databaseUrl);
    url.port = String((this.#server.address() as { port: number }).port);
    return url.href;
  }

  /** For bytes from now on. Connections that lost some in a blackhole never recover; new ones are as good as the weather. */
  set weather(weather: Weather) {
    this.#weather = weather;
  }

  /** Breaks every connection; returns how many there were. */
  cut(): number {
    const cut = this.#links.size;
    for (const link of [...this.#links]) this.#break(link);
    return cut;
  }

  /**
   * Lets the next message with this text reach the server and breaks the connection once the server has
   * answered, so that what the message did is done and nobody heard of it. Resolves when that has happened.
   */
  loseAnswerTo(text: string): Promise<void> {
    return new Promise((resolve) => {
      this.#lossAt = { text, onLost: resolve };
    });
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #link(client: Socket): void {
    const server = tcpConnect(this.#target);
    const link: Link = { client, server, isDark: false, arrivesAt: { client: 0, server: 0 } };
    this.#links.add(link);
    for (const end of [client, server]) {
      end.setNoDelay(true);
      end.on('error', () => this.#break(link));
      end.on('close', () => this.#end(link));
    }
    client.on('data', (bytes) => {
      if (this.#takesAnswerOf(bytes)) this.#loseAnswer(link);
      this.#carry(link, 'server', bytes);
    });
    server.on('data', (bytes) => this.#carry(link, 'client', bytes));
  }

  #carry(link: Link, to: 'client' | 'server', bytes: Buffer): void {
    if (this.#weather.type === 'blackhole') link.isDark = true;
    if (link.isDark) return;
    const now = performance.now();
    // Never before what was sent earlier, even if the weather has cleared up since.
    link.arrivesAt[to] = Math.max(now, link.arrivesAt[to]);
    if (this.#weather.type === 'slow') {
      const { delayMs, bytesPerSecond } = this.#weather;
      const takesMs = (bytes.length / bytesPerSecond) * 1_000;
      link.arrivesAt[to] = Math.max(now + delayMs, link.arrivesAt[to]) + takesMs;
    }
    if (link.arrivesAt[to] === now) link[to].write(bytes);
    else setTimeout(() => link[to].writable && link[to].write(bytes), link.arrivesAt[to] - now);
  }

  #takesAnswerOf(bytes: Buffer): boolean {
    return this.#lossAt !== undefined && bytes.includes(this.#lossAt.text);
  }

  #loseAnswer(link: Link): void {
    const onLost = this.#lossAt?.onLost;
    this.#lossAt = undefined;
    link.server.removeAllListeners('data');
    link.server.once('data', () => {
      this.#break(link);
      onLost?.();
    });
  }

  #break(link: Link): void {
    this.#links.delete(link);
    link.client.resetAndDestroy();
    link.server.resetAndDestroy();
  }

  /** One end closed: in a blackhole the other never hears of it. */
  #end(link: Link): void {
    this.#links.delete(link);
    if (link.isDark) return;
    link.client.destroy();
    link.server.destroy();
  }
}
