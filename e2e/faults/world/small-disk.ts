import { execFile, execFileSync } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const CHUNK = Buffer.alloc(64 * 1024);

/** A disk of a few hundred MB in memory, that can be filled to the last byte. */
export class SmallDisk {
  readonly #path: string;

  /** Undefined where this process may not mount anything: it isn't root, or a container forbids it. */
  static async mount(path: string, mb: number): Promise<SmallDisk | undefined> {
    await mkdir(path, { recursive: true });
    const mounted = promisify(execFile)('mount', ['-t', 'tmpfs', '-o', `size=${mb}m,mode=755`, 'job-manager', path]);
    return mounted.then(
      () => new SmallDisk(path),
      () => undefined,
    );
  }

  private constructor(path: string) {
    this.#path = path;
    process.once('exit', this.#unmountNow);
  }

  /** Leaves no room for another byte. */
  async fill(): Promise<void> {
    const ballast = await open(this.#ballast, 'a');
    try {
      for (let size = CHUNK.length; size >= 1; size = Math.floor(size / 2)) await writeAll(ballast, size);
    } finally {
      await ballast.close();
    }
  }

  async free(): Promise<void> {
    await rm(this.#ballast, { force: true });
  }

  async unmount(): Promise<void> {
    process.off('exit', this.#unmountNow);
    await promisify(execFile)('umount', ['-l', this.#path]);
  }

  get #ballast(): string {
    return join(this.#path, 'ballast');
  }

  readonly #unmountNow = () => {
    try {
      execFileSync('umount', ['-l', this.#path], { stdio: 'ignore' });
    } catch {
      // It was unmounted already.
    }
  };
}

/** Writes pieces of this size for as long as they fit. */
async function writeAll(file: Awaited<ReturnType<typeof open>>, size: number): Promise<void> {
  for (;;) {
    const written = await file.write(CHUNK, 0, size).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOSPC') return null;
      throw error;
    });
    if (written === null || written.bytesWritten < size) return;
  }
}
