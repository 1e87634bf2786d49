import type { RunnerSetup } from '@job-manager/shared/contract/runners';
import { quoteForShell } from '../../lib/shell';

const names = {
  server: 'This server',
  machine: 'Another machine',
  container: 'A container',
  systemd: 'A systemd service',
  kubernetes: 'Kubernetes',
  application: 'The application that embeds Job Manager',
} as const;

/** Where a runner may be started. */
export type RunnerPlace = keyof typeof names;

/** The places that there are for this installation. */
export function listRunnerPlaces({ isHosted }: RunnerSetup): { value: RunnerPlace; label: string }[] {
  const places: RunnerPlace[] = isHosted
    ? ['application']
    : ['server', 'machine', 'container', 'systemd', 'kubernetes'];
  return places.map((value) => ({ value, label: names[value] }));
}

/** What to type there, and what to know about it. Secrets are named, never shown. */
export function describeSetup(place: RunnerPlace, setup: RunnerSetup, labels: string): { text: string; note: string } {
  if (place === 'application') return embedded(setup);
  if (setup.database === 'embedded' && place !== 'server')
    return {
      text: `DATABASE_URL='postgresql://…' pnpm start`,
      note: 'This server brings its own PostgreSQL, which serves its own machine alone. Start the server with a DATABASE_URL that other machines reach first; runners elsewhere take the same one.',
    };
  return { text: texts[place](variablesOf(setup, labels), setup), note: notes[place](setup) };
}

type Variables = readonly (readonly [name: string, value: string])[];

/** Those that the worker must be given; the URL stays a placeholder, for it holds a password. */
function variablesOf({ database, schema }: RunnerSetup, labels: string): Variables {
  return [
    ...(database === 'own' ? ([['DATABASE_URL', '$DATABASE_URL']] as const) : []),
    ...(database === 'own' && schema !== 'public' ? ([['DATABASE_SCHEMA', schema]] as const) : []),
    ...(labels === '' ? [] : ([['JOBS_RUNNER_LABELS', labels]] as const)),
  ];
}

/** For the shell, which fills in what begins with `$`. */
const inShell = (value: string): string => (value.startsWith('$') ? `"${value}"` : quoteForShell(value));
const assignments = (variables: Variables): string =>
  variables.map(([name, value]) => `${name}=${inShell(value)} `).join('');
/** Room for the drain, and the release of runs after it. */
const graceSeconds = ({ drainMs }: RunnerSetup): number => Math.ceil(drainMs / 1_000) + 15;

const texts: Record<Exclude<RunnerPlace, 'application'>, (variables: Variables, setup: RunnerSetup) => string> = {
  server: (variables) => `${assignments(variables)}pnpm worker:jobs`,
  machine: (variables) => `${assignments(variables)}pnpm worker:jobs`,
  container: (variables, setup) =>
    [
      `docker run --restart on-failure --stop-timeout ${graceSeconds(setup)} \\`,
      ...[...variables, ['JOBS_SUPERVISED', 'on'] as const].map(([name, value]) =>
        value.startsWith('$') ? `  -e ${name} \\` : `  -e ${name}=${quoteForShell(value)} \\`,
      ),
      '  YOUR_IMAGE node --import tsx scripts/workerJobs.ts',
    ].join('\n'),
  systemd: (variables, setup) =>
    [
      '[Service]',
      'WorkingDirectory=/srv/job-manager',
      '# Has DATABASE_URL, readable by this service alone.',
      'EnvironmentFile=/etc/job-manager.env',
      ...[...variables, ['JOBS_SUPERVISED', 'on'] as const]
        .filter(([, value]) => !value.startsWith('$'))
        .map(([name, value]) => `Environment="${name}=${value.replaceAll('"', '\\"').replaceAll('%', '%%')}"`),
      'ExecStart=/usr/bin/node --import tsx scripts/workerJobs.ts',
      'Restart=on-failure',
      `TimeoutStopSec=${graceSeconds(setup)}`,
      '',
      '[Install]',
      'WantedBy=multi-user.target',
    ].join('\n'),
  kubernetes: (variables, setup) =>
    [
      'apiVersion: apps/v1',
      'kind: Deployment',
      'metadata: { name: job-runner }',
      'spec:',
      '  replicas: 1',
      '  selector: { matchLabels: { app: job-runner } }',
      '  template:',
      '    metadata: { labels: { app: job-runner } }',
      '    spec:',
      `      terminationGracePeriodSeconds: ${graceSeconds(setup)}`,
      '      containers:',
      '        - name: runner',
      '          image: YOUR_IMAGE',
      '          command: [node, --import, tsx, scripts/workerJobs.ts]',
      '          env:',
      '            - name: DATABASE_URL',
      '              valueFrom: { secretKeyRef: { name: job-manager, key: database-url } }',
      ...[...variables, ['JOBS_SUPERVISED', 'on'] as const]
        .filter(([, value]) => !value.startsWith('$'))
        .flatMap(([name, value]) => [`            - name: ${name}`, `              value: ${JSON.stringify(value)}`]),
    ].join('\n'),
};

const SAME_CODE = 'The folder has the same version of the code, installed with its packages.';

const notes: Record<Exclude<RunnerPlace, 'application'>, (setup: RunnerSetup) => string> = {
  server: ({ database }) =>
    `In the folder of the server, as the same user${database === 'own' ? '; DATABASE_URL is that of the server' : '; it finds the embedded database by itself'}. It runs until its terminal ends it.`,
  machine: () => `${SAME_CODE} DATABASE_URL is that of the server, by a host name that this machine reaches.`,
  container: () =>
    'DATABASE_URL is passed on from the shell. The image holds the code and its packages. Stop on the Runners page ends it for good; Restart starts it again.',
  systemd: () => `${SAME_CODE} Stop on the Runners page ends it for good; Restart starts it again.`,
  kubernetes: () =>
    'Make the secret "job-manager" with the key "database-url" first. A Deployment starts a container again whenever it ends: to have fewer runners, lower its replicas instead of stopping one on the Runners page.',
};

/** Only another schema than the default one has to be named. */
const settingsOf = (schema: string): string =>
  schema === 'job_manager' ? '' : `, settings: { DATABASE_SCHEMA: '${schema}' }`;

const embedded = ({ drainMs, schema }: RunnerSetup): { text: string; note: string } => ({
  text: [
    "import { startJobWorker } from '@job-manager/server';",
    "import { jobs } from './jobs.js';",
    '',
    `const worker = await startJobWorker({ databaseUrl: process.env.DATABASE_URL, jobs${settingsOf(schema)} });`,
    "process.once('SIGTERM', () => void worker.stop());",
  ].join('\n'),
  note: `A process of its own beside the application, with the same jobs. Give it ${Math.ceil(drainMs / 1_000) + 15} s to stop.`,
});
