import { Secret, TOTP } from 'otpauth';
import { expect } from 'vitest';
import type { TestServer, TestUser } from './http-test-kit.js';
import { send } from './request-test-kit.js';

/** What the app shows, so many half minutes from now. */
export const codeOf = (secret: string, steps = 0): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + 30_000 * steps });

export interface SetUpFactor {
  secret: string;
  /** The code that it was set up with, which is used up. */
  usedCode: string;
  recoveryCodes: string[];
  /** A code that was not taken before, as if the last one had been long ago. */
  freshCode(): Promise<string>;
}

/** Sets up a second factor for a person, over HTTP. */
export async function setUpFactor(server: TestServer, { id, token }: TestUser): Promise<SetUpFactor> {
  const call = (name: string, body: object) =>
    send(server.url, {
      method: 'POST',
      path: `/api/auth/second-factor/${name}`,
      body,
      headers: { authorization: `Bearer ${token}` },
    });
  const begun = await call('begin', {});
  expect(begun.status, begun.text).toBe(200);
  const { secret } = begun.json;
  const usedCode = codeOf(secret);
  const confirmed = await call('confirm', { code: usedCode });
  expect(confirmed.status, confirmed.text).toBe(200);
  return {
    secret,
    usedCode,
    recoveryCodes: confirmed.json.recoveryCodes,
    freshCode: async () => {
      await server.database.pool.query('UPDATE "SecondFactor" SET "lastStep" = NULL WHERE "userId" = $1', [id]);
      return codeOf(secret);
    },
  };
}
