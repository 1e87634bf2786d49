import type { Random } from '../random.js';
import type { Draft } from './draft.js';
import { moments, type Span, STABLE_MS } from './rhythm.js';

/** The channel of uploads: few at once, so that they stand in line. */
export const UPLOADS = 'uploads';
const AT_ONCE = 4;

/** Batches of pictures, read a few at a time: the later ones of a batch have waited. Now and then one can't be read. */
export const uploads = (span: Span, random: Random): Draft[] =>
  moments({ from: span.from, until: span.until - STABLE_MS }, 2, random).flatMap((createdAt, n): Draft[] => {
    // One batch is a whole archive.
    const isArchive = n === 9;
    const count = isArchive ? 240 : random.int(8, 40);
    const person = random.int(0, 1);
    const batch = { name: isArchive ? 'Archive of last summer' : `Upload of ${count} pictures`, person, createdAt };
    const free = Array.from({ length: AT_ONCE }, () => createdAt + random.int(5, 60));
    return Array.from({ length: count }, (): Draft => {
      const slot = free.indexOf(Math.min(...free));
      const startsAt = Math.ceil(free[slot] ?? createdAt);
      const workMs = Math.round(random.logNormal(isArchive ? 4_000 : 900, 0.5));
      free[slot] = startsAt + workMs + random.int(2, 20);
      const mediaId = random.int(1, 900);
      const isCorrupt = random.chance(0.02);
      const error = `Media item ${mediaId} can't be read: Input file is missing or of an unsupported image format`;
      return {
        jobName: 'media-metadata',
        channel: UPLOADS,
        trigger: 'API',
        person,
        parameters: { mediaId },
        queuedAt: createdAt,
        waitMs: startsAt - createdAt,
        workMs,
        status: isCorrupt ? 'FAILED' : 'SUCCESS',
        failure: isCorrupt ? { error } : undefined,
        batch,
        metadata: { mediaId, ready: isCorrupt ? 0 : 1, failed: isCorrupt ? 1 : 0 },
      };
    });
  });
