import * as z from 'zod';
import { ONE_PLAIN_LINE } from '../terminal-text.js';
import { routeFor } from './policy.js';
import { currentUser, session } from './session.js';

export { type CurrentUser, currentUser } from './session.js';

/** The length of a password that a person may choose; the server refuses those, too, that are guessed first. */
export const newPassword = z.string().min(8, 'needs at least 8 characters').max(200, 'has more than 200 characters');

/** An address as a new account may have it. */
export const newEmail = z.string().trim().toLowerCase().max(254).pipe(z.email('is not an e-mail address'));

/** The address of a sign-in goes into the audit log, known or not: it is one line there, and in files made of it. */
const signInEmail = z.string().min(1).max(254).regex(ONE_PLAIN_LINE, 'has a character that no address has');
const credentials = z.strictObject({ email: signInEmail, password: z.string().min(1).max(200) });

const currentPassword = z.string().min(1).max(200);

/** A browser or program that is signed in as oneself. */
export const ownSession = z.object({
  id: z.uuid(),
  isCurrent: z.boolean().describe('The one that makes this call'),
  userAgent: z.string().nullable(),
  ip: z.string().nullable(),
  createdAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().describe('To the minute'),
  expiresAt: z.iso.datetime().describe('When it ends unless it is used before'),
});
export type OwnSession = z.infer<typeof ownSession>;

/** A code of the app, or a recovery code, with or without spaces and dashes. */
export const factorCode = z.string().trim().min(1).max(40);

/** Sign-in goes on with a code; no session has begun yet. */
const codeNeeded = z.object({
  user: z.null(),
  codeNeeded: z.object({ expiresAt: z.iso.datetime().describe('Until when the code is waited for') }),
});

export const auth = {
  login: routeFor('public')
    .route({ method: 'POST', path: '/auth/login', summary: 'Sign in; sets the session cookie', tags: ['Sign-in'] })
    .input(credentials)
    .output(
      z
        .union([z.object({ user: currentUser }), codeNeeded])
        .describe('Who is signed in, or, for those who have a second factor, that /auth/login/code comes next'),
    ),

  loginCode: routeFor('public')
    .route({
      method: 'POST',
      path: '/auth/login/code',
      summary: 'The second step of signing in, in the same browser: a code of the app or a recovery code',
      tags: ['Sign-in'],
    })
    .input(z.strictObject({ code: factorCode }))
    .output(z.object({ user: currentUser })),

  token: routeFor('public')
    .route({
      method: 'POST',
      path: '/auth/token',
      summary: 'Sign a program in; answers a bearer token, sets no cookie',
      tags: ['Sign-in'],
    })
    .input(credentials.extend({ code: factorCode.optional().describe('For those who have a second factor') }))
    .output(z.object({ token: z.string(), expiresAt: z.iso.datetime(), user: currentUser })),

  ...session,

  changePassword: routeFor('session')
    .route({
      method: 'POST',
      path: '/auth/password',
      summary: "Change one's own password; every other session of this person ends",
      tags: ['Sign-in'],
    })
    .input(z.strictObject({ currentPassword, newPassword }))
    .output(z.object({ ok: z.literal(true) })),

  sessions: routeFor('signedIn')
    .route({
      method: 'GET',
      path: '/auth/sessions',
      summary: 'Where one is signed in, last used first',
      tags: ['Sign-in'],
    })
    .output(z.object({ sessions: z.array(ownSession) })),

  endSession: routeFor('signedIn')
    .route({
      method: 'POST',
      path: '/auth/sessions/{sessionId}/end',
      summary: "End one of one's own sessions",
      tags: ['Sign-in'],
    })
    .input(z.strictObject({ sessionId: z.uuid(), currentPassword }))
    .output(z.object({ ok: z.literal(true) })),

  endOtherSessions: routeFor('signedIn')
    .route({
      method: 'POST',
      path: '/auth/sessions/end-others',
      summary: "End all of one's own sessions but this one",
      tags: ['Sign-in'],
    })
    .input(z.strictObject({ currentPassword }))
    .output(z.object({ ended: z.number().int() })),
};
