import * as z from 'zod';
import { isPlainText, NOT_PLAIN } from '../../plain-text.js';

export const TAG = ['Alerts'];
export const time = z.iso.datetime();
/** Of 32 bits, as its column has it: PostgreSQL fails a statement that compares more. */
export const rev = z.int32().min(1);
export const name = z.string().trim().min(1).max(100).refine(isPlainText, NOT_PLAIN);
/** Of calls that change something with a `rev`. */
export const changedMeanwhile =
  'Refused (409 `CHANGED`, with the present value as `current`) where it has changed since `rev`.';
