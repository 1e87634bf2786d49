import '@testing-library/jest-dom/vitest';
import { notifications } from '@mantine/notifications';
import { cleanup, configure, getConfig, prettyDOM } from '@testing-library/react';
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import { backend, resetBackend } from './backend';
import { quickenStyles } from './quick-styles';

// What happy-dom has no notion of and the parts rely on.
window.matchMedia = (media) =>
  Object.assign(new EventTarget(), { matches: false, media, onchange: null }) as unknown as MediaQueryList;
window.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
window.scrollTo = () => {};
Element.prototype.scrollIntoView = () => {};
Object.defineProperty(document, 'fonts', { value: new EventTarget(), configurable: true });

// Mantine's variables, some 400 of the root, decide nothing that tests check, and happy-dom copies all of them into
// each element whose styles are read: a third of the time of a query by role.
const { get: sheetOf } = Object.getOwnPropertyDescriptor(HTMLStyleElement.prototype, 'sheet') as PropertyDescriptor;
Object.defineProperty(HTMLStyleElement.prototype, 'sheet', {
  configurable: true,
  get(this: HTMLStyleElement) {
    return this.dataset.mantineStyles === 'true' ? null : sheetOf?.call(this);
  },
});
if (document.defaultView) quickenStyles(document.defaultView);

// A wait takes a fraction of a second on a quiet machine; only a test that fails waits so long.
const TIMEOUT_MS = 6_000;
configure({
  asyncUtilTimeout: TIMEOUT_MS,
  // Printing the document costs more than the query. A wait that gives up prints it by itself, once.
  getElementError: (message, container) =>
    Object.assign(new Error(isWaiting() ? (message ?? '') : `${message}\n\n${prettyDOM(container)}`), {
      name: 'TestingLibraryElementError',
    }),
});
const { waitFor } = vi;
vi.waitFor = (condition, options) => waitFor(condition, options ?? TIMEOUT_MS);

/** Testing Library marks with it, undeclared, that a wait tries its condition. */
function isWaiting(): boolean {
  return Reflect.get(getConfig(), '_disableExpensiveErrorDiagnostics') === true;
}

// Expected here: tracked errors, which go to the console for inspection, and Mantine's surprise
// at menus that happy-dom, having no layout, keeps hidden.
const expectedOnConsole = /^\[(\w+|@mantine\/hooks\/use-focus-trap)\]/;
beforeAll(() => {
  for (const level of ['error', 'warn'] as const) {
    const write = console[level];
    console[level] = (...args: unknown[]) => {
      if (!expectedOnConsole.test(String(args[0]))) write(...args);
    };
    restoreConsole.push(() => {
      console[level] = write;
    });
  }
});
const restoreConsole: (() => void)[] = [];
afterAll(() => {
  for (const restore of restoreConsole.splice(0)) restore();
});

beforeAll(() => backend.listen({ onUnhandledRequest: 'error' }));
afterEach(() => {
  cleanup();
  notifications.clean();
  vi.useRealTimers();
  vi.restoreAllMocks();
  resetBackend();
  sessionStorage.clear();
  localStorage.clear();
});
afterAll(() => backend.close());
