import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root folder of this clone. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The script behind a package's command, to be run by this Node: `.bin` holds shell files that Windows can't run. */
export function programOf(packageName: string, command = packageName, workspace = ''): string {
  const { bin } = manifestOf(packageName, workspace);
  const script = typeof bin === 'string' ? bin : bin[command];
  if (!script) throw new Error(`The package ${packageName} has no command ${command}.`);
  return join(folderOf(packageName, workspace), script);
}

/** The version of a package that is installed for a workspace, the root unless given. */
export function versionOf(packageName: string, workspace = ''): string {
  return manifestOf(packageName, workspace).version;
}

function manifestOf(packageName: string, workspace = ''): { version: string; bin: string | Record<string, string> } {
  return JSON.parse(readFileSync(join(folderOf(packageName, workspace), 'package.json'), 'utf8'));
}

/** Found by folder, not by import: packages may keep their manifest out of their exports. */
function folderOf(packageName: string, workspace: string): string {
  return join(ROOT, workspace, 'node_modules', packageName);
}
