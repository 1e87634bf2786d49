import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkPort } from './port.js';

let taken: Server;
let port: number;
beforeAll(async () => {
  taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  port = (taken.address() as { port: number }).port;
});
afterAll(() => taken.close());

it('names PORT when another program has it', async () => {
  await expect(checkPort({ HOST: '127.0.0.1', PORT: port })).rejects.toThrow(`PORT ${port} is taken`);
});

it('has nothing against a free port', async () => {
  await expect(checkPort({ HOST: '127.0.0.1', PORT: 0 })).resolves.toBeUndefined();
});

it('names HOST when the machine has no such address', async () => {
  await expect(checkPort({ HOST: '192.0.2.1', PORT: 0 })).rejects.toThrow(/HOST 192\.0\.2\.1 is no address/);
});
