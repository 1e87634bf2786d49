import { execFile } from 'node:child_process';
import { expect, it } from 'vitest';
import { typescriptArgs } from './typescript-loader.js';

const logUrl = new URL('./log.ts', import.meta.url).href;
const configUrl = new URL('./config.ts', import.meta.url).href;

/** The lines that a program leaves which logs so many, and then ends so. */
function linesOf(count: number, end: string): Promise<number[]> {
  const program = `
    const [{ createLog }, { readConfig }] = await Promise.all([import('${logUrl}'), import('${configUrl}')]);
    const log = createLog(readConfig({}), 'test');
    for (let line = 0; line < ${count}; line += 1) log.info({ line }, 'said');
    ${end}`;
  return new Promise((resolve) =>
    execFile(process.execPath, [...typescriptArgs, '--input-type=module', '--eval', program], (_error, stdout) =>
      resolve(
        stdout
          .split('\n')
          .filter((text) => text !== '')
          .map((text) => JSON.parse(text).line),
      ),
    ),
  );
}

it.each(['process.exit()', "throw new Error('unheard')", ''])(
  'has written every line when the process ends by "%s"',
  async (end) => {
    expect(await linesOf(500, end)).toEqual(Array.from({ length: 500 }, (_, line) => line));
  },
);
