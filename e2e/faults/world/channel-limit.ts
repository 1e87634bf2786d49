import { expect } from 'vitest';
import type { World } from './world.js';

/** Lets each runner take only so many runs of a channel at once. */
export async function limitPerRunner({ url, token }: World, channel: string, most: number): Promise<void> {
  const answer = await fetch(`${url}/api/admin/jobs/channels/${channel}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ concurrencyPerRunner: most }),
  });
  expect(answer.status, await answer.text()).toBe(200);
}
