import type { Random } from './random.js';

/** What happens to files: a broken upload, a full disk, an error page saved as a picture, a bad sector. */
export const DAMAGES = ['truncated', 'empty', 'error page', 'noise', 'bad header'] as const;
export type Damage = (typeof DAMAGES)[number];

const ERROR_PAGE = '<!doctype html><title>502 Bad Gateway</title><h1>502 Bad Gateway</h1>\n';
const HEADER_BYTES = 24;

/** The bytes of a picture after the damage; no longer an image that can be read to its end. */
export function damageBytes(bytes: Buffer, damage: Damage, random: Random): Buffer {
  switch (damage) {
    case 'truncated':
      return bytes.subarray(0, Math.floor(bytes.length / 3));
    case 'empty':
      return Buffer.alloc(0);
    case 'error page':
      return Buffer.from(ERROR_PAGE);
    case 'noise':
      return Buffer.from(Array.from({ length: 2_000 }, () => random.int(0, 255)));
    case 'bad header':
      return Buffer.concat([Buffer.alloc(HEADER_BYTES), bytes.subarray(HEADER_BYTES)]);
  }
}
