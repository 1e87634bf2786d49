// @ts-check
// Imported before anything that imports pg. It asks `navigator` where it runs; Node 20 has none, and then pg loads all
// that belongs to `fetch` to find out: 10 MB and 27 ms of a processor for each thread. Later versions of Node have one.
import { createRequire } from 'node:module';

if (!('navigator' in globalThis)) {
  Object.defineProperty(globalThis, 'navigator', { value: { userAgent: 'Node.js' }, configurable: true });
  try {
    createRequire(import.meta.url)('pg');
  } finally {
    // The process may be another application's, which is to find its globals as they were.
    Reflect.deleteProperty(globalThis, 'navigator');
  }
}
