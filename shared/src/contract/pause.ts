import * as z from 'zod';

const time = z.iso.datetime();

/** Who paused something, when and why, and when it goes on by itself. */
export const pauseState = z.object({
  at: time,
  by: z.string().nullable(),
  reason: z.string().nullable(),
  resumeAt: time.nullable(),
});
export type PauseState = z.infer<typeof pauseState>;
