import { WebSocket } from 'ws';

/** One connection to `/ws`, for tests that run the server in a process of its own. */
export interface SocketClient {
  /** Resolves with the close code, or with the HTTP status that refused the connection. */
  closed: Promise<number>;
  readonly isOpen: boolean;
  send(message: string | Buffer): void;
  /** Reads nothing more from the network, as a program that hangs. */
  pause(): void;
  resume(): void;
  close(): void;
}

/** Opens a socket as this person; `url` is the server's. */
export const openSocket = (url: string, token: string, onMessage: (text: string) => void): SocketClient =>
  open(new WebSocket(`${url.replace('http', 'ws')}/ws`, headersOf(token)), (bytes) => onMessage(bytes.toString()));

/** The same for whoever only measures: what comes is neither checked nor made a text, which would cost as much as to send it. */
export const openByteSocket = (url: string, token: string, onMessage: (bytes: Buffer) => void): SocketClient =>
  open(new WebSocket(`${url.replace('http', 'ws')}/ws`, { ...headersOf(token), skipUTF8Validation: true }), onMessage);

const headersOf = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

function open(socket: WebSocket, onMessage: (bytes: Buffer) => void): SocketClient {
  // With the default `binaryType` there is nothing else.
  socket.on('message', (data) => onMessage(data as Buffer));
  const closed = new Promise<number>((resolve) => {
    socket.on('error', () => {});
    socket.on('unexpected-response', (request, response) => {
      resolve(response.statusCode ?? 0);
      request.destroy();
    });
    socket.on('close', resolve);
  });
  return {
    closed,
    get isOpen() {
      return socket.readyState === WebSocket.OPEN;
    },
    send: (message) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(message);
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close: () => socket.terminate(),
  };
}
