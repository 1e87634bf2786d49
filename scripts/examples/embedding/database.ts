import { join } from 'node:path';
import { OWN_SCHEMA, withSchema } from '@job-manager/engine/database/schema';
import { ensurePanel } from '../../lib/panel.js';
import { ROOT } from '../../lib/repository.js';

/**
 * What an application of one's own has already: DATABASE_URL, else the PostgreSQL that comes with Job Manager, with
 * data of the example's own; and the panel, which a clone has to build once.
 */
export async function openDatabase(): Promise<{ url: string; release(): Promise<void> }> {
  await ensurePanel();
  const url = process.env.DATABASE_URL;
  if (url) return { url, release: async () => {} };
  const [{ acquireEmbeddedDatabase }, { grantApplicationRights }, { migrate }] = await Promise.all([
    import('@job-manager/engine/database/embedded'),
    import('@job-manager/engine/database/embedded-roles'),
    import('@job-manager/engine/database/migrate'),
  ]);
  const embedded = await acquireEmbeddedDatabase({ dataDir: join(ROOT, '.data/shop') });
  // The owner's address stays here: application and jobs get a role that owns nothing.
  const ownerUrl = withSchema(embedded.url, OWN_SCHEMA);
  await migrate(ownerUrl);
  await grantApplicationRights(ownerUrl);
  return { url: embedded.applicationUrl, release: embedded.release };
}
