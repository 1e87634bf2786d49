import { openSocket, type SocketClient } from '@job-manager/server/testing/socket-client';
import { type ServerMessage, serverMessage } from '@job-manager/shared/live';

const HANG_MS = 20_000;

/** One connection to the socket, over which one message is sent at a time. */
export class Conversation {
  readonly #socket: SocketClient;
  #onMessage: (type: ServerMessage['type']) => void = () => {};
  /** How the other side closed it, once it has. */
  refusal: number | undefined;
  /** Messages of the other side that are not in the contract. */
  readonly strange: string[] = [];

  /** Resolves when the connection has received its snapshot, before which it receives nothing else, or was refused. */
  static async begin(url: string, token: string): Promise<Conversation> {
    const conversation = new Conversation(url, token);
    await conversation.#until('server.admin.jobs_snapshot', 'a handshake');
    return conversation;
  }

  private constructor(url: string, token: string) {
    this.#socket = openSocket(url, token, (text) => {
      const message = serverMessage.safeParse(JSON.parse(text)).data;
      if (message) this.#onMessage(message.type);
      else this.strange.push(text.slice(0, 300));
    });
    void this.#socket.closed.then((code) => {
      this.refusal = code;
    });
  }

  /** Sends a message and waits until it has been processed, or refused. Rejects when neither happens. */
  async send(message: string | Buffer): Promise<void> {
    const answered = this.#until('server.admin.jobs_counts', message);
    this.#socket.send(message);
    this.#socket.send('{"type":"client.admin.ping"}');
    await answered;
  }

  end(): void {
    this.#socket.close();
  }

  #until(type: ServerMessage['type'], sent: string | Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      const hung = () => reject(new Error(`No ${type} to ${String(sent).slice(0, 300)}`));
      const timer = setTimeout(hung, HANG_MS);
      const settle = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#onMessage = (received) => {
        if (received === type) settle();
      };
      void this.#socket.closed.then(settle);
    });
  }
}
