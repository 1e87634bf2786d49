import * as z from 'zod';

/** Of a cause of failures; in a file of its own, for the first page of the panel needs no more of them. */
export const fingerprint = z
  .string()
  .regex(/^[0-9a-f]{16}$/, 'must be the fingerprint of a cause: 16 hexadecimal digits');
