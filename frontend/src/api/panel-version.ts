import { reloadPage } from '../lib/reload';
import { hasTypedText } from '../lib/typed-text';
import { mount } from './mount';

/** Code of the panel that could not be loaded; most often the server was upgraded and has other files now. */
export class CodeLoadError extends Error {
  override readonly name = 'CodeLoadError';
}

/** The last version that was reloaded for want of its code. */
const RELOADED_KEY = 'job-manager: reloaded';

/**
 * Loads code of the panel. Where that fails although the server answers, the page is reloaded by itself: once for
 * each version, and never while something typed would be lost. Otherwise throws CodeLoadError.
 */
export async function loadCode<Module>(load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    // The page is about to go; until then the part stays as it is while loading.
    if (await reloadOnce()) return new Promise(() => {});
    throw new CodeLoadError('Code of the panel could not be loaded', { cause: error });
  }
}

/** Reloads the page; returns false, and does nothing, while the server doesn't answer: the page would be lost. */
export async function reloadIfReachable(): Promise<boolean> {
  if ((await readPage()) === null) return false;
  reloadPage();
  return true;
}

/** Whether the server has another version of the panel than this tab. */
export async function isOutdated(): Promise<boolean> {
  const mine = entryOf(document);
  const page = mine === null ? null : await readPage();
  return page !== null && entryOf(new DOMParser().parseFromString(page, 'text/html')) !== mine;
}

async function reloadOnce(): Promise<boolean> {
  const version = entryOf(document) ?? 'unknown';
  if (hasTypedText() || sessionStorage.getItem(RELOADED_KEY) === version) return false;
  if ((await readPage()) === null) return false;
  sessionStorage.setItem(RELOADED_KEY, version);
  reloadPage();
  return true;
}

/** The panel's page as the server has it now; null while it doesn't answer. */
async function readPage(): Promise<string | null> {
  try {
    const answer = await fetch(`${mount}/`, { cache: 'no-store', headers: { Accept: 'text/html' } });
    return answer.ok ? await answer.text() : null;
  } catch {
    return null;
  }
}

/** The file that a page starts from. Its name has a hash of its content, so it names the version. */
function entryOf(page: Document): string | null {
  const script = page.querySelector('script[type="module"][src]');
  return script?.getAttribute('src')?.split('/').at(-1) ?? null;
}
