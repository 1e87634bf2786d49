import { createHash, randomBytes } from 'node:crypto';
import type { Sql } from '@job-manager/engine/store/sql';
import { type EndedToken, findLivingToken, noteTokenUse, readEndedToken } from '@job-manager/engine/store/tokens';
import { type Permission, tokenPermissions } from '@job-manager/shared/permissions';
import type { TokenIdentity } from './identity.js';

/**
 * Distinguishes an API token from a session's token at a glance, and lets scanners of leaked secrets recognize ours.
 */
const MARK = 'jm_';
/** Enough to distinguish tokens in a list, too little to guess the rest. */
const PREFIX_CHARS = 10;
/** 256 bits can't be guessed, so a plain hash is as good as a slow one, and costs a call nothing. */
const SECRET_BYTES = 32;

export interface NewApiToken {
  /** The text that its holder sends; the server shows it once and keeps its hash. */
  text: string;
  prefix: string;
  hash: string;
}

/** A new API token's text, with the columns that the server stores. */
export function makeApiToken(): NewApiToken {
  const text = MARK + randomBytes(SECRET_BYTES).toString('base64url');
  return { text, prefix: text.slice(0, PREFIX_CHARS), hash: hashOf(text) };
}

/** Whether a bearer token is an API token, or pretends to be one. */
export const isApiToken = (bearer: string): boolean => bearer.startsWith(MARK);

/**
 * The program that holds this token; null when the token is unknown, revoked or past its time. Each text costs
 * one hash and one lookup in an index of hashes, so the time it takes reveals nothing about the existing tokens.
 */
export async function authenticateToken(sql: Sql, text: string, ip: string | null): Promise<TokenIdentity | null> {
  const token = await findLivingToken(sql, hashOf(text));
  if (!token) return null;
  // The call needn't wait for it, and is as good without it.
  if (token.isUseDue) void noteTokenUse(sql, token.id, ip).catch(() => {});
  return {
    user: null,
    apiToken: { id: token.id, name: token.name },
    permissions: tokenPermissions.filter((permission: Permission) => token.permissions.includes(permission)),
    jobPatterns: token.jobPatterns,
    pending: [],
    via: 'bearer',
  };
}

/** A token that was once made and is no longer accepted; null for an invented one. */
export const findEndedToken = (sql: Sql, text: string): Promise<EndedToken | null> => readEndedToken(sql, hashOf(text));

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
