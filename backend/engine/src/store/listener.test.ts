import { expect, it } from 'vitest';
import { createTestDatabase } from '../testing/database.js';
import { startSilentNetwork } from '../testing/silent-network.js';
import { Listener } from './listener.js';

it('comes back when the network dies between connecting and listening', async () => {
  const database = await createTestDatabase();
  const network = await startSilentNetwork(database.url);
  network.silenceAt('LISTEN');
  const listener = new Listener(network.url, ['changed']);
  const connected = new Promise((resolve) => listener.once('connected', () => resolve('connected')));
  void listener.start();
  expect(await connected).toBe('connected');
  await listener.close();
  network.close();
  await database.drop();
});
