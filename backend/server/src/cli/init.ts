import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from './refusal.js';
import { printLine } from './terminal.js';

/** How the application in this folder is written. */
interface Style {
  isTypeScript: boolean;
  isModule: boolean;
}

/**
 * Writes a list of jobs with one in it and the lines that mount the panel, as the application in the working
 * directory: TypeScript or JavaScript, modules or CommonJS, and beside its sources unless a folder is given. Throws
 * Refusal, with nothing written, where a file is there already.
 */
export async function writeStart(given?: string): Promise<void> {
  const style = await readStyle();
  // A compiler takes files outside of its root for a mistake.
  const folder = given ?? (existsSync('src') ? 'src/jobs' : 'jobs');
  const ending = style.isTypeScript ? 'ts' : 'js';
  const files = [
    { path: join(folder, `jobs.${ending}`), text: jobsFile(style) },
    { path: join(folder, `panel.${ending}`), text: panelFile(style) },
  ];
  const taken = files.find(({ path }) => existsSync(path));
  if (taken) throw new Refusal(`${taken.path} is there already; nothing was written.`);
  await mkdir(folder, { recursive: true });
  for (const { path, text } of files) await writeFile(path, text, { flag: 'wx' });
  const compiled = style.isTypeScript ? `<what your compiler makes of ${folder}/jobs.ts>` : `${folder}/jobs.js`;
  printLine(
    [
      ...files.map(({ path }) => `Wrote ${path}`),
      '',
      `1. Where your server is made, call mountJobs(app, server) of ${folder}/panel.${ending}; in that file name who may see the panel.`,
      '2. Start your application. The panel is at /ops/jobs.',
      `3. Runs may be executed in processes of their own: job-manager worker --jobs ${compiled}`,
    ].join('\n'),
  );
}

async function readStyle(): Promise<Style> {
  const manifest = await readFile('package.json', 'utf8').catch(() => {
    throw new Refusal('There is no package.json here: run it in the folder of your application.');
  });
  return {
    isTypeScript: existsSync('tsconfig.json'),
    isModule: (JSON.parse(manifest) as { type?: string }).type === 'module',
  };
}

const imports = ({ isTypeScript, isModule }: Style, names: string, from: string): string => {
  if (isTypeScript && !isModule) return `import { ${names} } from '${from.replace(/^(\..*)\.js$/, '$1')}';`;
  return isModule ? `import { ${names} } from '${from}';` : `const { ${names} } = require('${from}');`;
};

const exporting = ({ isTypeScript, isModule }: Style, name: string): string =>
  isTypeScript || isModule ? '' : `\nmodule.exports = { ${name} };\n`;
const exported = ({ isTypeScript, isModule }: Style): string => (isTypeScript || isModule ? 'export ' : '');

const jobsFile = (style: Style): string => `${imports(style, 'defineJob', '@job-manager/server')}
${imports(style, 'z', 'zod')}

const hello = defineJob({
  name: 'hello',
  description: 'Greets a person a few times',
  examples: ['hello --name=Ada'],
  algorithmVersion: '1',
  parameters: z.strictObject({ name: z.string().default('world'), times: z.number().int().min(1).max(100).default(3) }),
  defaultParams: { name: 'world', times: 3 },
  async run(ctx, { name, times }) {
    for (let time = 1; time <= times; time++) {
      await ctx.pause(1_000);
      ctx.progress(time / times, \`Hello \${name}, \${time} of \${times}\`);
    }
    return { greeted: name };
  },
});

/** Every job of this application. */
${exported(style)}const jobs = [hello];
${exporting(style, 'jobs')}`;

const panelFile = (
  style: Style,
): string => `${style.isTypeScript ? `import type { Server } from 'node:http';\n` : ''}${imports(style, 'createJobManager', '@job-manager/server')}
${imports(style, 'jobs', './jobs.js')}

const jobManager = createJobManager({
  databaseUrl: process.env.DATABASE_URL${style.isTypeScript ? ` ?? ''` : ''},
  jobs,
  path: '/ops/jobs',
  // Return who makes a request, by your session or token; null where it is no known person. For now: every user of this
  // machine, as an admin, but not those who come through a proxy.
  identify: ({ headers, socket }) =>
    ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(socket.remoteAddress${style.isTypeScript ? ` ?? ''` : ''}) && !headers['x-forwarded-for']
      ? { id: 'local', email: 'you@example.com', role: 'SUPER_ADMIN' }
      : null,
});

/** Mounts panel and API, and begins to execute runs in this process. */
${exported(style)}async function mountJobs(${style.isTypeScript ? 'app: { use(path: string, router: typeof jobManager.router): unknown }, server: Server): Promise<void>' : 'app, server)'} {
  app.use('/ops/jobs', jobManager.router);
  jobManager.attach(server);
  // Lets runs end, or hands them back. An application that handles SIGTERM itself calls jobManager.close() there
  // instead.
  process.once('SIGTERM', () => void jobManager.close().finally(() => process.exit(0)));
  await jobManager.start();
}
${exporting(style, 'mountJobs')}`;
