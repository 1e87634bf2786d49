import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, ConfigError } from '@job-manager/engine/config';

/**
 * The key that signs sessions: JWT_SECRET, else one made up at the first start and kept in
 * `DATA_DIR/jwt-secret`, readable by its owner alone. Throws ConfigError when that file can't be used.
 */
export async function loadSecret(config: Pick<Config, 'JWT_SECRET' | 'DATA_DIR'>): Promise<Uint8Array> {
  if (config.JWT_SECRET !== undefined) return new TextEncoder().encode(config.JWT_SECRET);
  const file = join(config.DATA_DIR, 'jwt-secret');
  const secret = await readIfThere(file)
    .then((found) => found ?? createSecret(file))
    .catch((error: NodeJS.ErrnoException) => {
      const wanted = 'set JWT_SECRET to at least 32 characters, the same for each server';
      throw new ConfigError(`The key of sessions can't be kept in ${file} (${error.code ?? error.message}): ${wanted}`);
    });
  if (secret.length < 32)
    throw new ConfigError(`${file} is damaged: remove it (all people sign in again) or set JWT_SECRET`);
  return new TextEncoder().encode(secret);
}

/** Written aside and then linked: of two processes starting at once one wins whole, and both read the winner's. */
async function createSecret(file: string): Promise<string> {
  await mkdir(join(file, '..'), { recursive: true });
  const aside = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(aside, `${randomBytes(48).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  try {
    await link(aside, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(aside);
  }
  return (await readFile(file, 'utf8')).trim();
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
