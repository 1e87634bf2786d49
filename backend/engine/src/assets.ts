import { fileURLToPath } from 'node:url';
import { isCompiled } from './typescript-loader.js';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// What is no code: in the repository where it is made, in a package beside the code.

/** The folder of schema and migrations. */
export const PRISMA = at(isCompiled ? '../prisma' : '../../../prisma');
/** The default data folder. */
export const DATA = isCompiled ? '.data' : at('../../../.data');
