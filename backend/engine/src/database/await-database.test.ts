import { expect, it, vi } from 'vitest';
import { ConfigError } from '../config.js';
import { awaitDatabase } from './await-database.js';

const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
const log = { warn: vi.fn(), info: vi.fn() };

it('does the work once the database can be reached, and logs what it waits for', async () => {
  const work = vi.fn().mockRejectedValueOnce(refused).mockResolvedValue('done');
  expect(await awaitDatabase(work, { log, waitMs: undefined })).toBe('done');
  expect(log.warn).toHaveBeenCalledWith({ reason: refused.message }, expect.stringContaining('waiting'));
});

it('rejects at once without a wait, and for every other error', async () => {
  const waiting = awaitDatabase(() => Promise.reject(refused), { log, waitMs: 0 });
  await expect(waiting).rejects.toThrow(new ConfigError(`The database can't be used: ${refused.message}`));
  const wrong = awaitDatabase(() => Promise.reject(new Error('password')), { log, waitMs: undefined });
  await expect(wrong).rejects.toThrow('password');
});

it('stops waiting when its caller aborts', async () => {
  const closing = new AbortController();
  const waiting = awaitDatabase(() => Promise.reject(refused), { log, waitMs: undefined, signal: closing.signal });
  closing.abort();
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
});
