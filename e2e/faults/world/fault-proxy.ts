import { createServer, type Server, type Socket, connect as tcpConnect } from 'node:net';
import { type Answer, AnswerReader, SpeechReader, type Statement, StatementReader } from './postgres-wire.js';

/** How bytes pass: all of them, all but notifications, none while the connections stay open, or slowly. */
export type Weather =
  | { type: 'fine' }
  | { type: 'deaf' }
  | { type: 'blackhole' }
  | { type: 'slow'; delayMs: number; bytesPerSecond: number };

/** Picks the statement whose answer is to be lost. */
export type StatementPick = (statement: Statement) => boolean;

interface Link {
  client: Socket;
  server: Socket;
  /** Bytes were swallowed, so nothing that comes later would make sense: it stays dark for ever. */
  isDark: boolean;
  /** When the bytes under way will have arrived; this keeps their order. */
  arrivesAt: { client: number; server: number };
  statements: StatementReader;
  speech: SpeechReader;
  /** Answers of the server are held back until they are complete. */
  loss: { loss: Loss; answers: AnswerReader; held: Buffer[] } | undefined;
}

interface Loss {
  pick: StatementPick;
  onLost(answer: Answer): void;
}

/** A network between one program and its database that can be broken on purpose. */
export class FaultProxy {
  readonly #server: Server;
  readonly #target: { host: string; port: number };
  readonly #links = new Set<Link>();
  #weather: Weather = { type: 'fine' };
  #losses: Loss[] = [];
  /** Names of the prepared statements that passed. */
  readonly preparedNames = new Set<string>();

  /** Between the clients of its `url` and the database of this address. */
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

  /**
   * For bytes from now on. Connections that lost some in a blackhole never recover; new ones are as good as the
   * weather.
   */
  set weather(weather: Weather) {
    this.#weather = weather;
  }

  /** The ports from which it reaches the database, one for each connection that works. */
  get ports(): number[] {
    return this.#sound.flatMap(({ server }) => server.localPort ?? []);
  }

  /** Breaks connections, all by default; returns how many. */
  cut(most = Number.POSITIVE_INFINITY): number {
    return this.#afflict(most, (link) => this.#break(link));
  }

  /** Lets nothing pass on some connections for a while, then everything; returns how many. */
  stall(most: number, forMs: number): number {
    return this.#afflict(most, ({ client, server }) => {
      for (const end of [client, server]) {
        end.pause();
        setTimeout(() => end.resume(), forMs);
      }
    });
  }

  /** Ends some connections at the database, and leaves them open at the clients; returns how many. */
  halfOpen(most = Number.POSITIVE_INFINITY): number {
    return this.#afflict(most, (link) => {
      link.isDark = true;
      link.server.resetAndDestroy();
    });
  }

  /**
   * Lets the next such statement reach the server and breaks the connection once the server has committed and
   * answered, so that it is done and its client does not know. Resolves with the answer when that has happened.
   */
  loseAnswerTo(pick: StatementPick): Promise<Answer> {
    return new Promise((resolve) => this.#losses.push({ pick, onLost: resolve }));
  }

  async close(): Promise<void> {
    for (const link of [...this.#links]) this.#break(link);
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Some of those that still work, by chance. */
  #afflict(most: number, how: (link: Link) => void): number {
    const chosen = this.#sound.sort(() => Math.random() - 0.5).slice(0, most);
    for (const link of chosen) how(link);
    return chosen.length;
  }

  get #sound(): Link[] {
    return [...this.#links].filter(({ isDark }) => !isDark);
  }

  #link(client: Socket): void {
    const server = tcpConnect(this.#target);
    const arrivesAt = { client: 0, server: 0 };
    const readers = { statements: new StatementReader(), speech: new SpeechReader() };
    const link: Link = { client, server, isDark: false, arrivesAt, ...readers, loss: undefined };
    this.#links.add(link);
    for (const end of [client, server]) {
      end.setNoDelay(true);
      end.on('error', () => this.#break(link));
      end.on('close', () => this.#end(link));
    }
    client.on('data', (bytes) => {
      this.#inspect(link, bytes);
      this.#carry(link, 'server', bytes);
    });
    server.on('data', (bytes) => {
      if (link.loss === undefined) this.#forward(link, bytes);
      else this.#hold(link, link.loss, bytes);
    });
  }

  #forward(link: Link, bytes: Buffer): void {
    const whole = link.speech.read(bytes, this.#weather.type === 'deaf');
    if (whole.length > 0) this.#carry(link, 'client', whole);
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

  /** Begins to hold back where one of these statements is what a client waits for. */
  #inspect(link: Link, bytes: Buffer): void {
    for (const statement of link.statements.read(bytes)) {
      if (statement.name !== '') this.preparedNames.add(statement.name);
      const loss = this.#losses.find(({ pick }) => pick(statement));
      if (loss === undefined || link.loss !== undefined) continue;
      this.#losses = this.#losses.filter((other) => other !== loss);
      link.loss = { loss, answers: new AnswerReader(), held: [] };
    }
  }

  #hold(link: Link, { loss, answers, held }: NonNullable<Link['loss']>, bytes: Buffer): void {
    held.push(bytes);
    const [answer] = answers.read(bytes);
    if (answer === undefined) return;
    if (answer.isCommitted && answer.ids.length > 0) {
      link.loss = undefined;
      this.#break(link);
      loss.onLost(answer);
      return;
    }
    // Nothing was done, so there is nothing to be in doubt about: the next one.
    this.#waitAgain(link);
    for (const part of held) this.#forward(link, part);
  }

  #waitAgain(link: Link): void {
    if (link.loss === undefined) return;
    this.#losses.push(link.loss.loss);
    link.loss = undefined;
  }

  #break(link: Link): void {
    this.#links.delete(link);
    this.#waitAgain(link);
    link.client.resetAndDestroy();
    link.server.resetAndDestroy();
  }

  /** One end closed: on a dark connection the other never notices. */
  #end(link: Link): void {
    if (link.isDark && !(link.client.destroyed && link.server.destroyed)) return;
    this.#links.delete(link);
    this.#waitAgain(link);
    link.client.destroy();
    link.server.destroy();
  }
}
