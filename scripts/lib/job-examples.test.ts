import { createRegistry } from '@job-manager/engine/queue/registry';
import { jobs } from '@job-manager/sample/registry';
import { OPTIONS, parseArguments } from '@job-manager/server/cli/run-job/arguments';
import { describeJob, listJobs } from '@job-manager/server/cli/run-job/help';
import { parametersOf } from '@job-manager/server/cli/run-job/parameter';
import { expect, it } from 'vitest';

const registry = createRegistry(jobs);
const definitions = registry.definitions();
const examples = definitions.flatMap((job) => job.examples.map((example) => ({ job, example })));

it.each(examples)('the example "$example" is a command that works', ({ job, example }) => {
  const [program, script, ...args] = example.split(/\s+/);
  expect([program, script]).toEqual(['tsx', 'scripts/runJobs.ts']);
  const command = parseArguments(args, definitions);
  expect(command.job?.name).toBe(job.name);
  expect(() => registry.check(job.name, command.parameters)).not.toThrow();
});

it.each(definitions)('$name has no parameter that would hide an option of the command', (job) => {
  const reserved = [...Object.keys(OPTIONS), 'params'];
  expect(parametersOf(job).filter(({ name }) => reserved.includes(name))).toEqual([]);
});

it.each(definitions)('the help of $name lists each parameter and its meaning', (job) => {
  const help = describeJob(job, { program: 'tsx scripts/runJobs.ts' });
  for (const { name, schema } of parametersOf(job)) {
    expect(help).toContain(`--${name}`);
    expect(schema.description, `${job.name} --${name} has a description`).toBeTruthy();
    expect(help).toContain(schema.description);
  }
});

it('lists every job', () => {
  const list = listJobs(definitions);
  for (const { name } of definitions) expect(list).toContain(name);
});
