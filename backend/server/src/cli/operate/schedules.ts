import type { Schedule } from '@job-manager/engine/store/schedules';
import {
  type MissedPolicy,
  missedPolicies,
  type OverlapPolicy,
  overlapPolicies,
  scheduleSettings,
} from '@job-manager/shared/contract/schedules';
import { type Command, Option } from 'commander';
import { Refusal } from '../refusal.js';
import { type Engine, type Output, withEngine } from './engine.js';
import { type PauseOptions, pauseOf, withPauseOptions } from './pause-options.js';
import { columns, formatTime } from './tables.js';
import { checked, readDuration, readObject, readTime } from './values.js';

interface AddOptions {
  cron?: string;
  every?: number;
  timeZone: string;
  params: Record<string, unknown>;
  missed: MissedPolicy;
  overlap: OverlapPolicy;
  channel?: string;
  priority?: number;
}

/** `false` for `--no-channel` and `--no-priority`. */
interface ChangeOptions extends Partial<Omit<AddOptions, 'channel' | 'priority'>> {
  channel?: string | false;
  priority?: number | false;
}

/** Commands about schedules; each is named by its name. */
export function addScheduleCommands(program: Command): void {
  const schedule = program.command('schedule').description('runs at set times');

  schedule
    .command('list', { isDefault: true })
    .description('all schedules, the next due first')
    .action((_options: object, command: Command) => withEngine(command, list));

  schedule
    .command('add <name> <job>')
    .description('creates a schedule')
    .option('--cron <line>', 'five fields, or six with seconds first')
    .option('--every <duration>', 'instead of --cron, such as 15m', readDuration)
    .option('--time-zone <name>', 'the cron line is read in its local time', 'UTC')
    .option('--params <json>', 'parameters of the runs', readObject, {})
    .addOption(
      new Option('--missed <policy>', 'due times that passed without a scheduler')
        .choices(missedPolicies)
        .default('once'),
    )
    .addOption(new Option('--overlap <policy>', 'while a run of it is active').choices(overlapPolicies).default('skip'))
    .option('--channel <name>', 'of its runs; without, that of the job')
    .option('--priority <number>', 'of its runs; without, that of the job', Number)
    .action((name: string, job: string, options: AddOptions, command: Command) =>
      withEngine(command, (engine) => add(engine, name, job, options)),
    );

  schedule
    .command('change <name>')
    .description('changes a schedule that was not made in code; omitted values stay')
    .option('--cron <line>', 'instead of an interval')
    .option('--every <duration>', 'instead of a cron line', readDuration)
    .option('--time-zone <name>')
    .option('--params <json>', 'parameters of the runs', readObject)
    .addOption(new Option('--missed <policy>').choices(missedPolicies))
    .addOption(new Option('--overlap <policy>').choices(overlapPolicies))
    .option('--channel <name>', 'of its runs')
    .option('--no-channel', 'that of the job again')
    .option('--priority <number>', 'of its runs', Number)
    .option('--no-priority', 'that of the job again')
    .action((name: string, options: ChangeOptions, command: Command) =>
      withEngine(command, (engine) => change(engine, name, options)),
    );

  schedule
    .command('preview')
    .description('what a timing means, and when it would come due')
    .option('--cron <line>')
    .option('--every <duration>', 'instead of --cron', readDuration)
    .option('--time-zone <name>', 'the cron line is read in its local time', 'UTC')
    .action(({ cron, every: everyMs, timeZone }: AddOptions, command: Command) =>
      withEngine(command, async ({ queue }) => {
        const { timing, times } = await queue.schedules.preview({ cron, everyMs, timeZone }, 5);
        const iso = times.map((at) => at.toISOString());
        return { json: { timing, times: iso }, text: [timing, ...iso.map(formatTime)].join('\n') };
      }),
    );

  schedule
    .command('next <name>')
    .description('its next due times')
    .option('--count <number>', 'how many', Number, 5)
    .action((name: string, { count }: { count: number }, command: Command) =>
      withEngine(command, async (engine) => {
        if (!Number.isInteger(count) || count < 1 || count > 100) throw new Refusal('--count is 1 to 100.');
        const times = await engine.queue.schedules.next(await idOf(engine, name), count);
        const iso = times.map((at) => at.toISOString());
        return { json: { times: iso }, text: iso.map(formatTime).join('\n') || 'It never comes due again.' };
      }),
    );

  withPauseOptions(schedule.command('pause <name>').description('lets it come due no more until it is resumed')).action(
    (name: string, options: PauseOptions, command: Command) =>
      withEngine(command, async (engine) => {
        await engine.queue.schedules.pause(await idOf(engine, name), pauseOf(options), engine.actor);
        return list(engine);
      }),
  );

  schedule
    .command('backfill <name>')
    .description('queues a run for each due time between two moments that has none, one behind the other')
    .requiredOption('--from <time>', 'from then on', readTime)
    .requiredOption('--to <time>', 'up to then', readTime)
    .option('--preview', 'only show how many')
    .action((name: string, { preview, ...range }: { from: Date; to: Date; preview?: boolean }, command: Command) =>
      withEngine(command, async (engine) => {
        const id = await idOf(engine, name);
        if (preview) {
          const { times } = await engine.queue.schedules.previewBackfill(id, range.from, range.to);
          const iso = times.map((at) => at.toISOString());
          return { json: { times: iso }, text: iso.map(formatTime).join('\n') || 'Each due time has a run.' };
        }
        const jobRunIds = await engine.queue.schedules.backfill(id, range, engine.actor);
        return { json: { jobRunIds }, text: `Queued ${jobRunIds.length} runs.` };
      }),
    );

  schedule
    .command('resume <name>')
    .description('goes on, from its next due time')
    .action((name: string, _options: object, command: Command) =>
      withEngine(command, async (engine) => {
        await engine.queue.schedules.resume(await idOf(engine, name), engine.actor);
        return list(engine);
      }),
    );

  schedule
    .command('run <name>')
    .description('queues a run of it now, beside its due times')
    .action((name: string, _options: object, command: Command) =>
      withEngine(command, async (engine) => {
        const jobRunId = await engine.queue.schedules.run(await idOf(engine, name), 'MANUAL', engine.actor);
        return { json: { jobRunId }, text: `Queued run #${jobRunId}.` };
      }),
    );

  schedule
    .command('remove <name>')
    .description('removes it; its runs stay')
    .action((name: string, _options: object, command: Command) =>
      withEngine(command, async (engine) => {
        await engine.queue.schedules.remove(await idOf(engine, name), engine.actor);
        return { json: { removed: true }, text: `Removed schedule ${name}.` };
      }),
    );
}

async function list({ queue, redaction }: Engine): Promise<Output> {
  const { presentSchedule } = await import('../../present/schedule.js');
  const schedules = (await queue.schedules.list()).schedules.map((each) => presentSchedule(each, redaction));
  const rows = schedules.map(({ name, jobName, timing, nextRunAt, lastRunId, paused, problem }) => [
    name,
    jobName,
    timing,
    paused ? 'paused' : formatTime(nextRunAt),
    lastRunId === null ? '–' : `#${lastRunId}`,
    problem ?? paused?.reason ?? '',
  ]);
  const text = columns([['schedule', 'job', 'timing', 'next', 'last run', ''], ...rows]);
  return { json: { schedules }, text: schedules.length === 0 ? 'There are no schedules.' : text };
}

async function add(engine: Engine, name: string, jobName: string, options: AddOptions): Promise<Output> {
  const { every: everyMs, params: parameters, ...others } = options;
  const given = { name, jobName, parameters, everyMs, ...others };
  await engine.queue.schedules.create(checked(scheduleSettings, given), engine.actor);
  return list(engine);
}

async function change(engine: Engine, name: string, options: ChangeOptions): Promise<Output> {
  const [{ presentSchedule }, { restoreSecrets }] = await Promise.all([
    import('../../present/schedule.js'),
    import('../../present/secrets.js'),
  ]);
  const { redaction } = engine;
  const found = await find(engine, name);
  const before = presentSchedule(found, redaction);
  const { id, cron, everyMs, jobName, timeZone, missed, overlap } = before;
  const { cron: newCron, every: newEveryMs, params: parameters, channel, priority, ...named } = options;
  const isRetimed = newCron !== undefined || newEveryMs !== undefined;
  const timing = isRetimed
    ? { cron: newCron, everyMs: newEveryMs }
    : { cron: cron ?? undefined, everyMs: everyMs ?? undefined };
  const whole = {
    name: before.name,
    jobName,
    timeZone,
    missed,
    overlap,
    ...timing,
    ...named,
    channel: chosen(channel, before.channel),
    priority: chosen(priority, before.priority),
    parameters: parameters === undefined ? found.parameters : restoreSecrets(parameters, found.parameters, redaction),
  };
  await engine.queue.schedules.change(id, checked(scheduleSettings, whole), engine.actor);
  return list(engine);
}

/** The new value, else the one before; nothing where that of the job is to apply. */
const chosen = <Value>(given: Value | false | undefined, before: Value | null): Value | undefined =>
  given === false ? undefined : (given ?? before ?? undefined);

const idOf = async (engine: Engine, name: string): Promise<string> => (await find(engine, name)).id;

async function find({ queue }: Engine, name: string): Promise<Schedule> {
  const { schedules } = await queue.schedules.list();
  const found = schedules.find((schedule) => schedule.name === name);
  if (found) return found;
  throw new Refusal(`There is no schedule named ${JSON.stringify(name)}.`);
}
