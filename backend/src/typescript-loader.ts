import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** Node's options for a child process whose program is TypeScript. */
export const typescriptArgs = ['--import', tsx];
