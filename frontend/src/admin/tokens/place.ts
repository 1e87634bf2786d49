import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { type TokenState, tokenStates } from './token-state';

/** Which tokens are shown: `?state=revoked`; all of them without it. */
export function useTokenState() {
  const [state, set] = useQueryState('state', parseAsStringLiteral(tokenStates));
  return { state, setState: (next: TokenState | null) => void set(next, { history: 'push' }) };
}
