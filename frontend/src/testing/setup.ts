import '@testing-library/jest-dom/vitest';
import { notifications } from '@mantine/notifications';
import { cleanup, configure } from '@testing-library/react';
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import { backend, resetBackend } from './backend';

// What jsdom has no notion of and the parts rely on.
window.matchMedia = (media) =>
  Object.assign(new EventTarget(), { matches: false, media, onchange: null }) as unknown as MediaQueryList;
window.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
window.scrollTo = () => {};
Element.prototype.scrollIntoView = () => {};
Object.defineProperty(document, 'fonts', { value: new EventTarget() });

// Two cores are shared by several suites: a lazy page may take its time.
configure({ asyncUtilTimeout: 5_000 });

// Tracked errors go to the console for whoever looks into them; here they are expected.
const { error } = console;
console.error = (...args: unknown[]) => {
  if (!/^\[\w+\]$/.test(String(args[0]))) error(...args);
};

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
