import { fileURLToPath } from 'node:url';

/** The SUPER_ADMIN that the product is started with. */
export const operator = { email: 'admin@example.com', password: 'correct horse battery staple' };

/** Where the browser's state after signing in as `operator` is kept for all stories. */
export const SIGNED_IN = fileURLToPath(new URL('../test-results/signed-in.json', import.meta.url));
