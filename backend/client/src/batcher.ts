/** More calls than this wait for the next batch, so that a statement stays short. */
const MAX_CALLS = 500;
/** A statement that takes longer may wait for a lock or a broken network: the next batch is then sent beside it. */
const TIMEOUT_MS = 100;

interface Waiting<Call, Answer> {
  call: Call;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/**
 * Sends single calls in batches. The first call is sent at once; calls that arrive while it is under way are sent
 * together in the next batch, so a call waits only for a call before it. Each call gets its own answer or error: where
 * the database refuses a batch because of one call, the batch is halved until that call is found.
 */
export class Batcher<Call, Answer> {
  readonly #send: (calls: Call[]) => Promise<(Answer | Error)[]>;
  #waiting: Waiting<Call, Answer>[] = [];
  #isBusy = false;

  /** `send` returns answers in the order of the calls, an error for a call that is refused by itself. */
  constructor(send: (calls: Call[]) => Promise<(Answer | Error)[]>) {
    this.#send = send;
  }

  /** Resolves with the answer to this call. */
  add(call: Call): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ call, resolve, reject });
      if (!this.#isBusy) this.#next();
    });
  }

  #next(): void {
    const group = this.#waiting.splice(0, MAX_CALLS);
    this.#isBusy = group.length > 0;
    if (!this.#isBusy) return;
    // Called once, by whichever comes first. `setImmediate` lets callers that have their answers call again before the
    // next batch.
    let pass = () => {
      pass = () => {};
      clearTimeout(timer);
      setImmediate(() => this.#next());
    };
    const timer = setTimeout(() => pass(), TIMEOUT_MS);
    void this.#settle(group).then(() => pass());
  }

  /** Never rejects. */
  async #settle(group: Waiting<Call, Answer>[]): Promise<void> {
    try {
      const answers = await this.#send(group.map(({ call }) => call));
      for (const [place, { resolve, reject }] of group.entries()) {
        const answer = answers[place] ?? new Error('A call was left without an answer');
        if (answer instanceof Error) reject(answer);
        else resolve(answer);
      }
    } catch (error) {
      if (group.length > 1 && isDueToOne(error)) return this.#settleHalves(group);
      for (const { reject } of group) reject(error);
    }
  }

  /** One after the other: the order of the calls stays. */
  async #settleHalves(group: Waiting<Call, Answer>[]): Promise<void> {
    const middle = Math.ceil(group.length / 2);
    await this.#settle(group.slice(0, middle));
    await this.#settle(group.slice(middle));
  }
}

/**
 * Whether the database refused a statement because of its values (22 and 54), of a constraint (23), or of another
 * transaction (40): then it changed nothing, and part of it may be sent again. When a connection breaks, the outcome of
 * the statement is unknown.
 */
function isDueToOne(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^(22|23|40|54)...$/.test(code);
}
