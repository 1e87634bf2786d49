import { expect, it } from 'vitest';
import { createTestDatabase } from '../testing/database.js';
import { startStallingNetwork } from '../testing/stalling-network.js';
import { Listener } from './listener.js';

it('reconnects when the network breaks between connecting and listening', async () => {
  const database = await createTestDatabase();
  const network = await startStallingNetwork(database.url);
  network.stallAt('LISTEN');
  const listener = new Listener(network.url, ['changed']);
  const connected = new Promise((resolve) => listener.once('connected', () => resolve('connected')));
  void listener.start();
  expect(await connected).toBe('connected');
  await listener.close();
  network.close();
  await database.drop();
});
