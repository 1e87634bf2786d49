import { connect, createServer, type Socket } from 'node:net';

/** A proxy to the database whose connections can stall without being closed, as when a network breaks. */
export interface StallingNetwork {
  url: string;
  /** Stalls the connection whose client next sends this text, from that message on. */
  stallAt(text: string): void;
  close(): void;
}

/** Starts a proxy to the database of this address. */
export async function startStallingNetwork(databaseUrl: string): Promise<StallingNetwork> {
  const { hostname, port } = new URL(databaseUrl);
  let fatal: string | undefined;
  const ends = new Set<Socket>();
  const server = createServer((client) => {
    const database = connect(Number(port), hostname);
    let isStalled = false;
    client.on('data', (bytes) => {
      if (fatal !== undefined && bytes.includes(fatal)) {
        isStalled = true;
        fatal = undefined;
      }
      if (!isStalled) database.write(bytes);
    });
    database.on('data', (bytes) => client.write(bytes));
    client.on('close', () => database.destroy());
    for (const end of [client, database]) ends.add(end.on('error', () => {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(databaseUrl);
  url.port = String((server.address() as { port: number }).port);
  return {
    url: url.href,
    stallAt: (text) => {
      fatal = text;
    },
    close: () => {
      for (const end of ends) end.destroy();
      server.close();
    },
  };
}
