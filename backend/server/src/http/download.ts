import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';

/**
 * Answers with a file to be saved, part by part as fast as they are taken, so that memory never holds it whole. A
 * reader that leaves early ends it; that is no fault. What it returns is for oRPC alone.
 */
export async function sendFile(
  res: Response,
  { name, type }: { name: string; type: string },
  parts: AsyncIterable<string>,
): Promise<File> {
  res.attachment(name).type(type);
  await pipeline(Readable.from(parts), res).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
  // The answer is out; this only tells oRPC what kind it was.
  return new File([], name);
}
