import * as z from 'zod';

const NO_RUN_ID = 'must be the number of a run, such as 12; there are none beyond 9223372036854775807';

/** A run's id: a 64-bit number, as a string, because JavaScript's numbers end before it does. */
export const runId = z
  .string()
  // Abort: BigInt throws where the text is no number.
  .regex(/^[1-9]\d{0,18}$/, { error: NO_RUN_ID, abort: true })
  .refine((id) => BigInt(id) <= 9_223_372_036_854_775_807n, NO_RUN_ID);

/** Whether a text can be a run's id; whether there is such a run is decided by the database. */
export const isRunId = (text: string): boolean => runId.safeParse(text).success;
