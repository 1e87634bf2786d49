import type { Actor } from '@job-manager/client/actor';

/** The product acting by itself. */
export const SYSTEM: Actor = { userId: null, email: null, ip: null, userAgent: null, tokenId: null };
