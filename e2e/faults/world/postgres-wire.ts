/** A statement on its way to PostgreSQL. */
export interface Statement {
  /** Empty for one that was not prepared under a name. */
  name: string;
  text: string;
  /** Its values as they are on the wire, strings readable among them. */
  values: string;
}

/** The whole answer of PostgreSQL to a statement, once it is ready for the next. */
export interface Answer {
  /** Whether it was done and committed: there was no error, and no transaction is left open. */
  isCommitted: boolean;
  /** The first column of each row, where it isn't empty. */
  ids: string[];
}

interface Message {
  type: string;
  body: Buffer;
  /** All of its bytes. */
  whole: Buffer;
}

/** Cuts the bytes of one direction into PostgreSQL's messages. */
class MessageReader {
  #rest: Buffer = Buffer.alloc(0);
  /** A client's first message has a length and no type. */
  #isTyped: boolean;

  constructor(isTyped: boolean) {
    this.#isTyped = isTyped;
  }

  read(bytes: Buffer): Message[] {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const messages: Message[] = [];
    for (let message = this.#next(); message !== null; message = this.#next()) messages.push(message);
    return messages;
  }

  #next(): Message | null {
    const start = this.#isTyped ? 1 : 0;
    if (this.#rest.length < start + 4) return null;
    const end = start + this.#rest.readInt32BE(start);
    if (this.#rest.length < end) return null;
    const message = {
      type: this.#isTyped ? String.fromCharCode(this.#rest[0] ?? 0) : '',
      body: this.#rest.subarray(start + 4, end),
      whole: this.#rest.subarray(0, end),
    };
    this.#rest = this.#rest.subarray(end);
    this.#isTyped = true;
    return message;
  }
}

/** Reads from what a client sends which statements it has executed. */
export class StatementReader {
  readonly #messages = new MessageReader(false);
  readonly #prepared = new Map<string, string>();

  read(bytes: Buffer): Statement[] {
    return this.#messages.read(bytes).flatMap(({ type, body }) => {
      if (type === 'Q') return [{ name: '', text: stringAt(body, 0), values: '' }];
      if (type === 'P') this.#prepare(body);
      return type === 'B' ? [this.#bound(body)] : [];
    });
  }

  #prepare(body: Buffer): void {
    const name = stringAt(body, 0);
    this.#prepared.set(name, stringAt(body, name.length + 1));
  }

  #bound(body: Buffer): Statement {
    const portal = stringAt(body, 0);
    const name = stringAt(body, portal.length + 1);
    const values = body.toString('latin1', portal.length + name.length + 2);
    return { name, text: this.#prepared.get(name) ?? '', values };
  }
}

/** Reads from what PostgreSQL sends how it answered. */
export class AnswerReader {
  readonly #messages = new MessageReader(true);
  #rows: string[] = [];
  #hasFailed = false;
  #isComplete = false;

  read(bytes: Buffer): Answer[] {
    return this.#messages.read(bytes).flatMap(({ type, body }) => {
      if (type === 'D') this.#rows.push(firstColumn(body));
      if (type === 'E') this.#hasFailed = true;
      if (type === 'C') this.#isComplete = true;
      return type === 'Z' ? [this.#answer(body.toString('latin1'))] : [];
    });
  }

  #answer(transaction: string): Answer {
    const answer = {
      isCommitted: this.#isComplete && !this.#hasFailed && transaction === 'I',
      ids: this.#rows.filter((id) => id !== ''),
    };
    [this.#rows, this.#hasFailed, this.#isComplete] = [[], false, false];
    return answer;
  }
}

/** Passes on what PostgreSQL sends, in whole messages. */
export class SpeechReader {
  readonly #messages = new MessageReader(true);

  /** The messages that these bytes complete, without notifications where those are to get lost. */
  read(bytes: Buffer, losesNotifications: boolean): Buffer {
    const messages = this.#messages.read(bytes).filter(({ type }) => !losesNotifications || type !== 'A');
    return Buffer.concat(messages.map(({ whole }) => whole));
  }
}

const stringAt = (body: Buffer, start: number): string => body.toString('utf8', start, body.indexOf(0, start));

/** A row is the number of its columns, and for each its length (-1 for NULL) and its bytes. */
function firstColumn(row: Buffer): string {
  const length = row.length < 6 ? -1 : row.readInt32BE(2);
  return length < 0 ? '' : row.toString('utf8', 6, 6 + length);
}
