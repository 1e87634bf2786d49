import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './repository.js';

const texts = (folder: string) =>
  readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(folder, file));

/** All documents for readers, as paths from the root of the repository. */
export const DOCUMENTS = ['.', 'docs', 'docs/decisions'].flatMap(texts);

/** A file of the repository as text. */
export const readDocument = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

const FENCE = /^```(\w*)\n([\s\S]*?)^```$/gm;

/** Without the code, in which brackets and number signs mean something else. */
export const proseOf = (text: string): string => text.replaceAll(FENCE, '');

/** The texts set as code within a sentence. */
export const inlineCodeOf = (text: string): string[] =>
  [...proseOf(text).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);

/** The programs of whose command lines documents have examples. */
const PROGRAM = /^(?:[A-Z_]+=\S+ )*(?:npx|pnpm|npm|tsx|node|job-manager|jobs) /;

/**
 * Command lines that a document prints, in sentences and in blocks of a shell or a service, without variables before
 * and comments behind.
 */
export function commandsOf(text: string): string[] {
  const blocks = [...text.matchAll(FENCE)];
  const inShell = blocks
    .filter(([, language]) => language === 'sh')
    .flatMap(([, , block = '']) => block.replaceAll('\\\n', ' ').trim().split('\n'));
  const ofServices = blocks.flatMap(([, , block = '']) =>
    [...block.matchAll(/^ExecStart=\S*\/(job-manager .*)$/gm)].map(([, line = '']) => line),
  );
  const ofContainers = blocks.flatMap(([, , block = '']) => containerCommandsOf(block));
  const inSentences = inlineCodeOf(text).flatMap((code) =>
    // An image of ours is run with these arguments.
    code.startsWith('args: ') ? containerCommandsOf(code) : code,
  );
  return [...inShell, ...ofServices, ...ofContainers, ...inSentences]
    .filter((line) => PROGRAM.test(line))
    .map((line) => line.replace(/^(?:[A-Z_]+=\S+ )+/, '').replace(/ #.*$/, ''));
}

/** What a container runs: the image's entry point is `job-manager`. */
export const containerCommandsOf = (text: string): string[] =>
  [...text.matchAll(/(?:args: |command: |CMD )\[([^\]]*)\]/g)].map(
    ([, list = '']) => `job-manager ${list.replaceAll(/[",]/g, '')}`,
  );

/** The words of a command line, as a shell would cut it. */
export const wordsOf = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|'([^']*)'|\S+/g)].map(([word, double, single]) => double ?? single ?? word);

/** Stands for something: `<id>`, `…`, `[--parameter=value …]`. */
export const isPlaceholder = (word: string): boolean => /[<>…[\]]/.test(word);
