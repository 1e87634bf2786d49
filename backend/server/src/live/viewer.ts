import type { SharedMessage } from './shared-message.js';

/** What a viewer needs of its socket; `ws` has it, and so has a test. */
export interface ViewerSocket {
  readonly bufferedAmount: number;
  /** Whether it reads frames that are compressed, each by itself. */
  readonly takesDeflated: boolean;
  /** Sends a text, given as its bytes. */
  send(text: Buffer): void;
  /** Sends a whole frame as it is. */
  sendFrame(frame: Buffer): void;
}

/** Beyond this a viewer is behind: it gets no more changes, and a snapshot once it has caught up. */
const BEHIND_BYTES = 256 * 1024;
/** Below this a viewer takes more of what can wait, such as the messages of a run. */
const READY_BYTES = 32 * 1024;
/** A viewer that stays behind for this long is disconnected. */
const PATIENCE_MS = 20_000;

/** One open panel: numbers its messages, and never lets a slow reader grow memory. */
export class Viewer {
  readonly #socket: ViewerSocket;
  readonly #onTooSlow: () => void;
  readonly #sentToAll: () => number;
  #seq = 0;
  #hasSnapshot = false;
  #behindSince: number | undefined;

  /**
   * `sentToAll`: how many changes all viewers were sent so far. A viewer that was sent nothing else is at the same
   * number.
   */
  constructor(socket: ViewerSocket, onTooSlow: () => void, sentToAll: () => number) {
    this.#socket = socket;
    this.#onTooSlow = onTooSlow;
    this.#sentToAll = sentToAll;
  }

  get isBehind(): boolean {
    return this.#behindSince !== undefined;
  }

  /** Whether it keeps up, so that more may be sent that would otherwise be read later. */
  get isReady(): boolean {
    return this.#hasSnapshot && !this.isBehind && this.#socket.bufferedAmount <= READY_BYTES;
  }

  /** Starts again with a snapshot. */
  sendSnapshot(snapshot: SharedMessage): void {
    this.#behindSince = undefined;
    this.#hasSnapshot = true;
    this.#seq = Math.max(this.#seq, this.#sentToAll());
    this.send(snapshot);
  }

  /**
   * Sends a message unless a snapshot is still to come (the first, or the next for one that is behind): it will hold
   * it.
   */
  send(message: SharedMessage): void {
    if (!this.#hasSnapshot || this.isBehind) return;
    if (this.#socket.bufferedAmount > BEHIND_BYTES) {
      this.#behindSince = performance.now();
      return;
    }
    if (this.#socket.takesDeflated && message.isWorthDeflating) this.#socket.sendFrame(message.frameAt(this.#seq));
    else this.#socket.send(message.textAt(this.#seq));
    this.#seq += 1;
  }

  /** To be called now and then: sends a viewer that caught up its snapshot, and disconnects one that doesn't. */
  tick(snapshot: () => SharedMessage): void {
    if (this.#behindSince === undefined) return;
    if (this.#socket.bufferedAmount === 0) this.sendSnapshot(snapshot());
    else if (performance.now() - this.#behindSince > PATIENCE_MS) this.#onTooSlow();
  }
}
