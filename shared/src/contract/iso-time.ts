import * as z from 'zod';

/** A moment as callers write it: an ISO time with its offset, with or without seconds. */
export const isoTime = z.iso.datetime({ offset: true }).or(z.iso.datetime({ offset: true, precision: -1 }));
