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

interface Options {
  /** Takes no compressed messages, so that the size of what it receives is known. */
  isPlain?: boolean;
}

/** Opens a socket as this person; `url` is the server's. */
export function openSocket(
  url: string,
  token: string,
  onMessage: (text: string) => void,
  { isPlain = false }: Options = {},
): SocketClient {
  const options = { headers: { authorization: `Bearer ${token}` }, perMessageDeflate: !isPlain };
  return open(new WebSocket(`${url.replace('http', 'ws')}/ws`, options), onMessage);
}

function open(socket: WebSocket, onMessage: (text: string) => void): SocketClient {
  socket.on('message', (data) => onMessage(data.toString()));
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
