import * as z from 'zod';
import { factorCode } from './auth.js';
import { routeFor } from './policy.js';

const TAG = ['Sign-in'];

const password = z.string().min(1).max(200);
/** What one is sure of before one's second factor is changed: a code or, for those who are not SUPER_ADMIN, the password. */
const proof = z
  .strictObject({ code: factorCode.optional(), currentPassword: password.optional() })
  .refine(({ code, currentPassword }) => (code === undefined) !== (currentPassword === undefined), {
    message: 'needs either a code or the current password',
    path: ['code'],
  });
const recoveryCodes = z.object({
  recoveryCodes: z.array(z.string()).describe('Each stands in once for a code of the app; shown this once'),
});

/** One's own second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes. */
export const secondFactor = {
  get: routeFor('session')
    .route({ method: 'GET', path: '/auth/second-factor', summary: "The state of one's own second factor", tags: TAG })
    .output(
      z.object({
        since: z.iso.datetime().nullable().describe('When it was set up; null where there is none'),
        recoveryCodes: z.number().int().describe('Recovery codes that have not been used'),
        isDemanded: z.boolean().describe('Whether this server requires one of the role'),
      }),
    ),

  begin: routeFor('session')
    .route({
      method: 'POST',
      path: '/auth/second-factor/begin',
      summary: 'Get a new secret for an authenticator app; nothing changes until it is confirmed',
      tags: TAG,
    })
    .input(
      z.strictObject({
        currentPassword: password.optional().describe('May be left out within ten minutes of signing in'),
      }),
    )
    .output(
      z.object({ secret: z.string().describe('In Base32'), uri: z.string().describe('otpauth://, for a QR code') }),
    ),

  confirm: routeFor('session')
    .route({
      method: 'POST',
      path: '/auth/second-factor/confirm',
      summary: 'Set it up with a first code of the app; every other session of this person ends',
      tags: TAG,
    })
    .input(z.strictObject({ code: factorCode }))
    .output(recoveryCodes),

  turnOff: routeFor('signedIn')
    .route({
      method: 'POST',
      path: '/auth/second-factor/turn-off',
      summary: "Turn one's own second factor off; every other session of this person ends",
      tags: TAG,
    })
    .input(proof)
    .output(z.object({ ok: z.literal(true) })),

  renewRecoveryCodes: routeFor('signedIn')
    .route({
      method: 'POST',
      path: '/auth/second-factor/recovery-codes',
      summary: 'Get new recovery codes; the former ones are worth nothing',
      tags: TAG,
    })
    .input(proof)
    .output(recoveryCodes),
};
