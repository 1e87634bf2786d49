import type { ApiToken } from '@job-manager/shared/contract/tokens';
import type { TagTone } from '../../ui/Tag';

export const tokenStates = ['active', 'expired', 'revoked'] as const;
export type TokenState = (typeof tokenStates)[number];

/** Whether a call made with the token is answered now. */
export function tokenState({ revokedAt, expiresAt }: ApiToken, now: number): TokenState {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && Date.parse(expiresAt) <= now ? 'expired' : 'active';
}

export const stateAppearance = {
  active: { label: 'Active', tone: 'success' },
  expired: { label: 'Expired', tone: 'neutral' },
  revoked: { label: 'Revoked', tone: 'failed' },
} as const satisfies Record<TokenState, { label: string; tone: TagTone }>;
