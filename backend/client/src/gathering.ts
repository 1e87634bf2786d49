/** Beyond so many, the rest waits for the next turn: a statement is to be over soon. */
const MOST_CALLS = 500;
/** A statement that is still under way then may be waiting for a lock or a dead network: the next goes beside it. */
const PATIENCE_MS = 100;

interface Waiting<Call, Answer> {
  call: Call;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/**
 * Does things together that were asked for one by one. The first call is sent at once; those that come while it is
 * under way are sent together in the next turn, so no caller waits where nothing is under way. Each has its own answer,
 * or its own error: where the database refuses what was sent for what one of them asks, that one is looked for.
 */
export class Gathering<Call, Answer> {
  readonly #send: (calls: Call[]) => Promise<(Answer | Error)[]>;
  #waiting: Waiting<Call, Answer>[] = [];
  #isBusy = false;

  /** `send` answers in the order of the calls, an error for one that is refused by itself. */
  constructor(send: (calls: Call[]) => Promise<(Answer | Error)[]>) {
    this.#send = send;
  }

  /** What became of this call. */
  add(call: Call): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ call, resolve, reject });
      if (!this.#isBusy) this.#next();
    });
  }

  #next(): void {
    const group = this.#waiting.splice(0, MOST_CALLS);
    this.#isBusy = group.length > 0;
    if (!this.#isBusy) return;
    // Once only, whichever comes first. Not before those who have their answers had the time to call again.
    let pass = () => {
      pass = () => {};
      clearTimeout(patience);
      setImmediate(() => this.#next());
    };
    const patience = setTimeout(() => pass(), PATIENCE_MS);
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
 * Whether the database refused a statement for what stands in it (22 and 54), for what it would have led to (23), or for
 * another transaction in the way (40): then it has changed nothing, and part of it may be sent again. Of a connection that broke
 * the outcome of the statement is unknown.
 */
function isDueToOne(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^(22|23|40|54)...$/.test(code);
}
