import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { typescriptArgs } from '../typescript-loader.js';

const workerUrl = new URL('../worker.ts', import.meta.url).href;
const configUrl = new URL('../config.ts', import.meta.url).href;

it('keeps all that belongs to fetch out of a worker, and leaves the globals as they were', async () => {
  const program = `
    const before = 'navigator' in globalThis;
    await import('${configUrl}');
    await import('${workerUrl}');
    const isLoaded = process.moduleLoadList.some((name) => name.includes('undici'));
    console.log(JSON.stringify({ isLoaded, isChanged: before !== ('navigator' in globalThis), fetch: typeof fetch }));`;
  const args = [...typescriptArgs, '--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(JSON.parse(stdout)).toEqual({ isLoaded: false, isChanged: false, fetch: 'function' });
});
