import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Whether this code was compiled, as the packages are, and is not run from its source. */
export const isCompiled = import.meta.url.endsWith('.js');

/** Node's options for a child process whose program is TypeScript; none where it was compiled. */
export const typescriptArgs = isCompiled
  ? []
  : ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href];

/** The path of a program that is named by its source. */
export function programAt(source: URL): string {
  const path = fileURLToPath(source);
  return isCompiled ? path.replace(/\.ts$/, '.js') : path;
}
