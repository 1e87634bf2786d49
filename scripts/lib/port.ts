import { createServer } from 'node:net';
import type { Config } from '@job-manager/engine/config';
import { Refusal } from '@job-manager/server/cli/refusal';

/** Refuses, in one line that names the variable, an address the server could not listen on. */
export async function checkPort({ HOST, PORT }: Pick<Config, 'HOST' | 'PORT'>): Promise<void> {
  const code = await tryToListen(HOST, PORT);
  if (code === undefined) return;
  if (code === 'EADDRINUSE') {
    throw new Refusal(
      `PORT ${PORT} is taken by another program; set another one, such as PORT=${(PORT % 65_535) + 1}.`,
    );
  }
  if (code === 'EACCES') throw new Refusal(`PORT ${PORT} needs more rights than this account has; set a higher one.`);
  throw new Refusal(`HOST ${HOST} is no address of this machine (${code}).`);
}

function tryToListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    probe.listen(port, host, () => probe.close(() => resolve(undefined)));
  });
}
