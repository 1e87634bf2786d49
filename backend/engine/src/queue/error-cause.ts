import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cutCause } from '@job-manager/shared/error-cause';

const MAX_LINES = 50;
const FRAME = /^\s*at (?:async )?(?:(?<name>[^()]{1,100}) \()?(?:file:\/\/)?(?<file>[^()]{1,500}):\d+:\d+\)?$/;
/** Of the engine: jobs lie elsewhere. */
const OWN_SOURCES = fileURLToPath(new URL('..', import.meta.url));

/**
 * The first place in the job's own code that a stack names, such as `loadUser in match-scores`: without its folder, type and
 * line, which change from version to version. Null where none is named.
 */
export function frameOf(stack: string): string | null {
  for (const line of stack.split('\n', MAX_LINES)) {
    const { name, file } = FRAME.exec(line)?.groups ?? {};
    if (file === undefined || !isOfJob(file)) continue;
    const subject = basename(file.replaceAll('\\', '/')).replace(/\.[cm]?[jt]sx?$/, '');
    return cutCause(name ? `${name} in ${subject}` : subject);
  }
  return null;
}

function isOfJob(file: string): boolean {
  if (file.startsWith('node:') || /[\\/]node_modules[\\/]/.test(file)) return false;
  return !file.startsWith(OWN_SOURCES);
}

/** The same for all failures of a job that have one cause, at one place in its code. */
export const fingerprintOf = (jobName: string, cause: string, frame: string | null): string =>
  createHash('sha256')
    .update(`${jobName}\n${cause}${frame === null ? '' : `\n${frame}`}`)
    .digest('hex')
    .slice(0, 16);
