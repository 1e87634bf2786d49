/** A timing as the fields of the form have it, beside the cron expression that means the same. */
export type Preset =
  | { kind: 'minutes'; every: number }
  | { kind: 'hours'; every: number; minute: number }
  | { kind: 'daily' | 'weekdays'; time: string }
  | { kind: 'weekly'; day: number; time: string }
  | { kind: 'monthly'; date: number; time: string }
  | { kind: 'cron' };
export type PresetKind = Preset['kind'];

/** The cron line of a preset; null for one that is nothing but its line. */
export function cronOf(preset: Preset): string | null {
  switch (preset.kind) {
    case 'minutes':
      return preset.every === 1 ? '* * * * *' : `*/${preset.every} * * * *`;
    case 'hours':
      return `${preset.minute} ${preset.every === 1 ? '*' : `*/${preset.every}`} * * *`;
    case 'daily':
      return `${clock(preset.time)} * * *`;
    case 'weekdays':
      return `${clock(preset.time)} * * 1-5`;
    case 'weekly':
      return `${clock(preset.time)} * * ${preset.day}`;
    case 'monthly':
      return `${clock(preset.time)} ${preset.date} * *`;
    case 'cron':
      return null;
  }
}

/** The preset that a cron line is; the line itself where it is none. */
export function presetOf(line: string): Preset {
  const text = line.trim().replace(/\s+/g, ' ');
  if (text === '* * * * *') return { kind: 'minutes', every: 1 };
  const minutes = /^\*\/(\d+) \* \* \* \*$/.exec(text);
  if (minutes) return { kind: 'minutes', every: Number(minutes[1]) };
  const hours = /^(\d+) \*(?:\/(\d+))? \* \* \*$/.exec(text);
  if (hours) return { kind: 'hours', minute: Number(hours[1]), every: Number(hours[2] ?? 1) };
  const timed = /^(\d+) (\d+) (\d+|\*) \* (\d|1-5|\*)$/.exec(text);
  if (!timed) return { kind: 'cron' };
  const [, minute = '', hour = '', date = '', day = ''] = timed;
  const time = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
  if (Number(hour) > 23 || Number(minute) > 59) return { kind: 'cron' };
  if (date === '*' && day === '*') return { kind: 'daily', time };
  if (date === '*' && day === '1-5') return { kind: 'weekdays', time };
  if (date === '*') return { kind: 'weekly', day: Number(day) % 7, time };
  return day === '*' ? { kind: 'monthly', date: Number(date), time } : { kind: 'cron' };
}

/** A preset of another kind, with as much of the former as it has room for. */
export function changeKind(from: Preset, kind: PresetKind): Preset {
  const time = 'time' in from ? from.time : '03:00';
  switch (kind) {
    case 'minutes':
      return { kind, every: 15 };
    case 'hours':
      return { kind, every: 1, minute: 0 };
    case 'weekly':
      return { kind, day: 1, time };
    case 'monthly':
      return { kind, date: 1, time };
    case 'cron':
      return { kind };
    default:
      return { kind, time };
  }
}

const clock = (time: string): string => {
  const [hour = '0', minute = '0'] = time.split(':');
  return `${Number(minute)} ${Number(hour)}`;
};
