import { randomBytes } from 'node:crypto';
import type { Config } from '@job-manager/engine/config';
import * as z from 'zod';
import { createEncryption, type Encryption } from '../auth/encryption.js';
import { loadSecret } from '../auth/secret.js';

/** The secret parts of a webhook. */
export interface WebhookSecret {
  url: string;
  /** Signs the messages; chat servers know no signature. */
  signingKey?: string;
}

const webhookSecret = z.object({ url: z.string(), signingKey: z.string().optional() });

/** There is no key that secrets could be encrypted with. */
export class NoKey extends Error {}

export interface DestinationSecrets {
  /** Throws NoKey. */
  encrypt(destinationId: string, secret: WebhookSecret): Promise<Uint8Array<ArrayBuffer>>;
  /** Throws NoKey, or UnreadableSecret where the key is another one since. */
  decrypt(destinationId: string, encrypted: Uint8Array): Promise<WebhookSecret>;
}

/**
 * Keeps secrets of destinations encrypted, each bound to its destination. The key is derived from ALERTS_SECRET_KEY, else
 * from what signs the sessions; inside another application, which signs none, there is none without the setting.
 */
export function createDestinationSecrets(
  config: Pick<Config, 'ALERTS_SECRET_KEY' | 'JWT_SECRET' | 'DATA_DIR'>,
  { isEmbedded }: { isEmbedded: boolean },
): DestinationSecrets {
  let loading: Promise<Encryption> | undefined;
  const load = async (): Promise<Encryption> => {
    const own = config.ALERTS_SECRET_KEY;
    if (own === undefined && isEmbedded)
      throw new NoKey('Set ALERTS_SECRET_KEY: without it there is no key to encrypt with.');
    const key = own === undefined ? await loadSecret(config) : new TextEncoder().encode(own);
    return createEncryption(key, 'alert destination');
  };
  const encryption = () => {
    loading ??= load().catch((error) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
  return {
    encrypt: async (id, secret) => (await encryption()).encrypt(new TextEncoder().encode(JSON.stringify(secret)), id),
    decrypt: async (id, encrypted) => {
      const text = new TextDecoder().decode((await encryption()).decrypt(encrypted, id));
      return webhookSecret.parse(JSON.parse(text));
    },
  };
}

/** A new key that signs messages. */
export const makeSigningKey = (): string => `whsec_${randomBytes(32).toString('base64url')}`;
