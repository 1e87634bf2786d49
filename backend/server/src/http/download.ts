import { AsyncLocalStorage } from 'node:async_hooks';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';

/**
 * What makes the parts goes on with the scope of the caller, although a socket that has drained calls for more of them.
 */
function inThisContext(parts: AsyncIterable<string>): AsyncIterable<string> {
  const here = AsyncLocalStorage.snapshot();
  return {
    [Symbol.asyncIterator]: () => {
      const iterator = parts[Symbol.asyncIterator]();
      return {
        next: () => here(() => iterator.next()),
        return: async () => (await here(() => iterator.return?.())) ?? { done: true, value: undefined },
      };
    },
  };
}

/**
 * Answers with a file to be saved, part by part as fast as they are taken, so that memory never holds it whole. A
 * reader that leaves early ends it; that is no error. What it returns is for oRPC alone.
 */
export async function sendFile(
  res: Response,
  { name, type }: { name: string; type: string },
  parts: AsyncIterable<string>,
): Promise<File> {
  res.attachment(name).type(type);
  await pipeline(Readable.from(inThisContext(parts)), res).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
  // The answer is sent; this only gives oRPC its kind.
  return new File([], name);
}
