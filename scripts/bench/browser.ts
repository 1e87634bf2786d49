import type { Resources } from '@job-manager/server/cli/resources';
import { type Browser, chromium } from '@playwright/test';
import { findChromium } from '../lib/chromium.js';
import type { Bench } from './bench.js';
import type { Product } from './product.js';

/** Starts a real Chromium that is signed in at the product. */
export async function startBrowser(
  { url, operator }: Product,
  resources: Resources,
): Promise<Pick<Bench, 'browser' | 'openContext'>> {
  // Signals are handled here: the browser would end in the middle of a figure, and the figure fail.
  const options = {
    executablePath: await findChromium(),
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  };
  const browser = await resources.hold(chromium.launch(options), (held) => held.close());
  const storageState = await signIn(browser, url, operator);
  const openContext = async () => {
    const context = await browser.newContext({ baseURL: url, storageState });
    // The TypeScript loader has functions call this helper, also those that run in the page.
    await context.addInitScript('globalThis.__name ??= (named) => named');
    return context;
  };
  return { browser, openContext };
}

/** The cookies of a person who signed in on the panel's own page. */
async function signIn(browser: Browser, url: string, operator: Product['operator']) {
  const context = await browser.newContext({ baseURL: url });
  const answer = await context.request.post('/api/auth/login', { data: operator, headers: { origin: url } });
  if (!answer.ok()) throw new Error(`Signing in was refused: ${answer.status()} ${await answer.text()}`);
  const state = await context.storageState();
  await context.close();
  return state;
}
