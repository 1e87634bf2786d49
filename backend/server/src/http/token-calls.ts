import { addToken, listTokens, revokeToken } from '@job-manager/engine/store/tokens';
import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import { makeApiToken } from '../auth/api-tokens.js';
import { presentToken } from '../present/token.js';
import { auditPersonOf, type CallContext, type HttpDeps } from './context.js';
import { HttpProblem } from './problem.js';

const os = implement(contract.tokens).$context<CallContext>();

/** Tokens that can be used at a time: far more than a person oversees, and a bound for a script gone wild. */
const MAX_TOKENS = 200;

/** API tokens. */
export function createTokenCalls({ pool }: Pick<HttpDeps, 'pool'>) {
  return os.router({
    list: os.list.handler(async () => ({ tokens: (await listTokens(pool)).map(presentToken) })),

    create: os.create.handler(async ({ input, context }) => {
      const { text, prefix, hash } = makeApiToken();
      const { name, permissions, jobPatterns, expiresInDays = null } = input;
      const token = { name, permissions, jobPatterns, expiresInDays, prefix, hash };
      const row = await addToken(pool, token, MAX_TOKENS, auditPersonOf(context));
      if (!row) throw new HttpProblem('NOT_ALLOWED', `There are ${MAX_TOKENS} tokens already; revoke some first.`);
      return { token: text, apiToken: presentToken(row) };
    }),

    revoke: os.revoke.handler(async ({ input, context }) => {
      const row = await revokeToken(pool, input.tokenId, auditPersonOf(context));
      if (!row) throw new HttpProblem('UNKNOWN_TOKEN', 'There is no such token.');
      return { apiToken: presentToken(row) };
    }),
  });
}
