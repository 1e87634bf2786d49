// @ts-check
// Imported before anything that imports pg, which reads `navigator` to detect its runtime. Node 20 has none, and pg
// then loads all of `fetch`: 10 MB and 27 ms of a processor for each thread. Later versions of Node have `navigator`.
import { createRequire } from 'node:module';

if (!('navigator' in globalThis)) {
  Object.defineProperty(globalThis, 'navigator', { value: { userAgent: 'Node.js' }, configurable: true });
  try {
    createRequire(import.meta.url)('pg');
  } finally {
    // The process may belong to another application, whose globals must stay as they were.
    Reflect.deleteProperty(globalThis, 'navigator');
  }
}
