import { expect, it } from 'vitest';
import type { JobServices } from './job.js';
import { openServices, type ServicesContext } from './services.js';

const DATABASE = 'postgres://localhost/x';
const servicesOf = (given: object) => given as JobServices;

it('are those that the application has, which closes them itself', async () => {
  const given = servicesOf({ mailer: {}, close: () => Promise.reject(new Error('not ours to close')) });
  const { services, close } = await openServices(given, DATABASE);
  expect(services).toBe(given);
  await close();
});

it('are empty where the application has none', async () => {
  expect((await openServices(undefined, DATABASE)).services).toEqual({});
});

it('are made by a function, and closed in the reverse order, all of them', async () => {
  const closed: string[] = [];
  const create = async ({ databaseUrl, onClose }: ServicesContext) => {
    onClose(() => closed.push('database'));
    onClose(async () => Promise.reject(new Error('The mail server hung up')));
    onClose(() => closed.push('cache'));
    return servicesOf({ databaseUrl });
  };
  const { services, close } = await openServices(create, DATABASE);
  expect(services).toEqual({ databaseUrl: DATABASE });
  expect(closed).toEqual([]);
  await expect(close()).rejects.toThrow('The mail server hung up');
  expect(closed).toEqual(['cache', 'database']);
  await close();
  expect(closed).toHaveLength(2);
});

it('that cannot be made are named as such, and what was opened for them is closed', async () => {
  let isClosed = false;
  const create = ({ onClose }: ServicesContext) => {
    onClose(() => {
      isClosed = true;
    });
    throw new Error('No MAIL_URL');
  };
  await expect(openServices(create, DATABASE)).rejects.toThrow(
    'The services of the jobs could not be made: No MAIL_URL',
  );
  expect(isClosed).toBe(true);
});
