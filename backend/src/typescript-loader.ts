import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** Node's options for a child process whose program is TypeScript. */
export const typescriptArgs = ['--import', tsx];

/** Module whose `register()` lets the thread it runs in import TypeScript. By path: `resolve` answers with the CommonJS half. */
export const registerModule = new URL('./esm/api/index.mjs', tsx).href;
