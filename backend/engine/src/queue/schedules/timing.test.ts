import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuTimeMs } from '../../testing/cpu-time.js';
import { size } from '../../testing/size.js';
import { listDueTimes, type Timing, timingOf } from './timing.js';

const cron = (line: string, timeZone = 'UTC') =>
  timingOf({ cron: line, everyMs: null, timeZone, anchorAt: new Date(0) });
const every = (everyMs: number, anchorAt: string) =>
  timingOf({ cron: null, everyMs, timeZone: 'UTC', anchorAt: new Date(anchorAt) });

/** Due times in a span, as UTC. */
async function due(timing: Timing, from: string, to: string): Promise<string[]> {
  const times = await listDueTimes(timing, timing.next(new Date(Date.parse(from) - 1)), new Date(to), 10_000);
  return times.map((at) => at.toISOString().replace(':00.000Z', 'Z'));
}

const local = (at: string, timeZone: string): string =>
  new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(new Date(at));

describe('around the changes of clocks', () => {
  /** Clocks leap from `from` to `to`; a time between that is named comes right after the leap, at `comes`. */
  const leaps = [
    { zone: 'Europe/Berlin', day: '2026-03-29', named: '30 2', comes: '2026-03-29T01:00Z', shown: '2026-03-29 03:00' },
    {
      zone: 'America/New_York',
      day: '2026-03-08',
      named: '15 2',
      comes: '2026-03-08T07:00Z',
      shown: '2026-03-08 03:00',
    },
    // At midnight.
    {
      zone: 'America/Sao_Paulo',
      day: '2018-11-04',
      named: '0 0',
      comes: '2018-11-04T03:00Z',
      shown: '2018-11-04 01:00',
    },
    {
      zone: 'America/Sao_Paulo',
      day: '2018-11-04',
      named: '30 0',
      comes: '2018-11-04T03:00Z',
      shown: '2018-11-04 01:00',
    },
    // By half an hour.
    {
      zone: 'Australia/Lord_Howe',
      day: '2026-10-04',
      named: '15 2',
      comes: '2026-10-03T15:30Z',
      shown: '2026-10-04 02:30',
    },
    {
      zone: 'Africa/Casablanca',
      day: '2026-03-22',
      named: '30 2',
      comes: '2026-03-22T02:00Z',
      shown: '2026-03-22 03:00',
    },
  ];
  it.each(leaps)('$zone: $named comes right after the leap of $day', async ({ zone, day, named, comes, shown }) => {
    const begin = new Date(Date.parse(`${day}T00:00Z`) - 86_400_000).toISOString();
    const end = new Date(Date.parse(`${day}T00:00Z`) + 86_400_000).toISOString();
    const times = (await due(cron(`${named} * * *`, zone), begin, end)).filter((at) => local(at, zone).startsWith(day));
    expect(times).toEqual([comes]);
    expect(local(comes, zone)).toBe(shown);
  });

  /** Clocks go back, and a time comes twice: one that is named counts the first time. */
  const returns = [
    {
      zone: 'Europe/Berlin',
      day: '2026-10-25',
      named: '30 2',
      first: '2026-10-25T00:30Z',
      second: '2026-10-25T01:30Z',
    },
    {
      zone: 'America/New_York',
      day: '2026-11-01',
      named: '30 1',
      first: '2026-11-01T05:30Z',
      second: '2026-11-01T06:30Z',
    },
    {
      zone: 'America/Sao_Paulo',
      day: '2018-02-17',
      named: '30 23',
      first: '2018-02-18T01:30Z',
      second: '2018-02-18T02:30Z',
    },
    {
      zone: 'Australia/Lord_Howe',
      day: '2026-04-05',
      named: '45 1',
      first: '2026-04-04T14:45Z',
      second: '2026-04-04T15:15Z',
    },
    {
      zone: 'Africa/Casablanca',
      day: '2026-02-15',
      named: '30 2',
      first: '2026-02-15T01:30Z',
      second: '2026-02-15T02:30Z',
    },
  ];
  it.each(returns)(
    '$zone: $named comes once on $day, every minute twice',
    async ({ zone, day, named, first, second }) => {
      expect([local(first, zone), local(second, zone)]).toEqual(Array(2).fill(local(first, zone)));
      const [minute, hour] = named.split(' ');
      const span = [`${day}T00:00Z`, new Date(Date.parse(`${day}T23:00Z`) + 6 * 3_600_000).toISOString()] as const;
      const begin = new Date(Date.parse(span[0]) - 14 * 3_600_000).toISOString();
      const onDay = (times: string[]) => times.filter((at) => local(at, zone).startsWith(day));
      expect(onDay(await due(cron(`${named} * * *`, zone), begin, span[1]))).toEqual([first]);
      const running = onDay(await due(cron(`*/15 ${hour} * * *`, zone), begin, span[1]));
      expect(running.filter((at) => local(at, zone).endsWith(`:${minute}`))).toEqual([first, second]);
    },
  );

  it('lets every quarter of an hour run through a leap and a return', async () => {
    const quarters = cron('*/15 * * * *', 'Europe/Berlin');
    expect(await due(quarters, '2026-03-29T00:30Z', '2026-03-29T01:30Z')).toHaveLength(5);
    expect(await due(quarters, '2026-10-25T00:00Z', '2026-10-25T02:00Z')).toHaveLength(9);
  });

  it('has nothing within a leap for a line of intervals', async () => {
    expect(await due(cron('*/15 2 * * *', 'Europe/Berlin'), '2026-03-29T00:00Z', '2026-03-29T12:00Z')).toEqual([]);
  });

  it('runs once where two named times fall together after a leap', async () => {
    const times = await due(cron('0,30 2,3 * * *', 'Europe/Berlin'), '2026-03-29T00:00Z', '2026-03-29T12:00Z');
    expect(times).toEqual(['2026-03-29T01:00Z', '2026-03-29T01:30Z']);
  });

  it('leaves out a day that a country leapt over', async () => {
    const times = await due(cron('0 12 * * *', 'Pacific/Apia'), '2011-12-28T00:00Z', '2012-01-01T00:00Z');
    expect(times.map((at) => local(at, 'Pacific/Apia'))).toEqual([
      '2011-12-28 12:00',
      '2011-12-29 12:00',
      '2011-12-31 12:00',
      '2012-01-01 12:00',
    ]);
    expect(await due(cron('0 12 30 12 *', 'Pacific/Apia'), '2011-12-01T00:00Z', '2012-02-01T00:00Z')).toEqual([]);
  });

  it('supports zones that are three quarters of an hour away', async () => {
    expect(await due(cron('0 6 * * *', 'Asia/Kathmandu'), '2026-01-01T00:00Z', '2026-01-02T12:00Z')).toEqual([
      '2026-01-01T00:15Z',
      '2026-01-02T00:15Z',
    ]);
  });

  it('takes a line with more than 24 times of the day for an interval', async () => {
    const times = cron('0,15,30,45 0-23 * * *', 'Europe/Berlin');
    expect(await due(times, '2026-10-25T00:00Z', '2026-10-25T02:00Z')).toHaveLength(9);
  });
});

describe('lines', () => {
  it.each([
    ['0 9 * * 1-5', ['2026-11-23T09:00Z', '2026-11-24T09:00Z']],
    ['@daily', ['2026-11-23T00:00Z', '2026-11-24T00:00Z']],
    ['0 0 L 2 *', ['2027-02-28T00:00Z', '2028-02-29T00:00Z']],
    ['0 0 29 2 *', ['2028-02-29T00:00Z', '2032-02-29T00:00Z']],
    // A day of the month or one of the week, where both are given.
    ['0 0 24 11 MON', ['2026-11-23T00:00Z', '2026-11-24T00:00Z']],
  ])('reads %s', async (line, times) => {
    expect((await due(cron(line), '2026-11-22T10:00Z', '2033-01-01T00:00Z')).slice(0, 2)).toEqual(times);
  });

  it('reads six fields with seconds first', () => {
    expect(cron('*/20 * * * * *').next(new Date('2026-11-22T10:00:20.500Z'))?.toISOString()).toBe(
      '2026-11-22T10:00:40.000Z',
    );
  });

  it('counts intervals from their anchor, which is no due time itself', async () => {
    const timing = every(90_000, '2026-11-22T10:00:00.250Z');
    expect(timing.next(new Date('2020-01-01'))?.toISOString()).toBe('2026-11-22T10:01:30.250Z');
    expect(timing.next(new Date('2026-11-22T10:01:30.250Z'))?.toISOString()).toBe('2026-11-22T10:03:00.250Z');
    expect(timing.previous(new Date('2026-11-22T10:03:00.250Z'))?.toISOString()).toBe('2026-11-22T10:01:30.250Z');
    expect(timing.previous(new Date('2026-11-22T10:01:30.250Z'))).toBeNull();
    expect(await timing.count(new Date('2026-11-22T10:01:30.250Z'), new Date('2026-11-22T10:04:30.250Z'))).toBe(3);
  });

  it.each(['0 0 30 2 *', '0 0 31 2,4,6,9,11 *', '* * * 31 4 *', '0 0 31W 2 *'])(
    'finds soon that %s never comes due',
    (line) => {
      const begin = cpuTimeMs();
      expect(cron(line, 'Europe/Berlin').next(new Date())).toBeNull();
      expect(cpuTimeMs() - begin).toBeLessThan(1_000);
    },
  );
});

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Africa/Casablanca',
  'Asia/Kathmandu',
  'America/Havana',
  'Africa/Cairo',
  'Antarctica/Troll',
];
/** Days on which some of the zones changed their clocks, and one on which none did. */
const DAYS = [
  '2011-12-30',
  '2018-02-18',
  '2018-11-04',
  '2026-02-15',
  '2026-03-08',
  '2026-03-22',
  '2026-03-29',
  '2026-04-05',
  '2026-04-24',
  '2026-10-04',
  '2026-10-25',
  '2026-11-01',
  '2026-07-01',
];

const some = (least: number, most: number, many: number) =>
  fc
    .uniqueArray(fc.integer({ min: least, max: most }), { minLength: 1, maxLength: many })
    .map((list) => list.sort((a, b) => a - b));

const places = ZONES.flatMap((zone) => DAYS.map((day) => ({ zone, day })));
const changing = places.filter(({ zone, day }) => {
  const shown = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
  const [before, after] = [-1, 2].map((days) => shown.formatToParts(Date.parse(`${day}T00:00Z`) + days * 86_400_000));
  return before?.at(-1)?.value !== after?.at(-1)?.value;
});

/** Lines that a table of minutes can check, most of them where clocks change. */
const lines = fc
  .record({
    minutes: fc.oneof(some(0, 59, 4), fc.constantFrom('*', '*/10')),
    hours: fc.oneof(some(0, 3, 3), some(0, 23, 6), fc.constant('*' as const)),
    place: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...changing) },
      { weight: 1, arbitrary: fc.constantFrom(...places) },
    ),
  })
  .map(({ place, ...line }) => ({ ...line, ...place }));
type Line = typeof lines extends fc.Arbitrary<infer T> ? T : never;

const lineOf = ({ minutes, hours }: Line): string => `${minutes} ${hours} * * *`;

interface WallMinute {
  at: number;
  date: string;
  time: string;
}

const walls = new Map<string, WallMinute[]>();
function wallOf({ zone, day }: Line): WallMinute[] {
  const known = walls.get(zone + day) ?? wallMinutes(zone, day);
  walls.set(zone + day, known);
  return known;
}

/** Every minute of three days with its local time: what a calendar on the wall would show. */
function wallMinutes(zone: string, day: string): WallMinute[] {
  const shown = new Intl.DateTimeFormat('sv', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  const begin = Date.parse(`${day}T00:00Z`) - 86_400_000;
  return Array.from({ length: 3 * 1_440 }, (_, n) => {
    const at = begin + n * 60_000;
    const [date = '', time = ''] = shown.format(at).split(' ');
    return { at, date, time };
  });
}

function expectedOf(line: Line, wall: WallMinute[]): number[] {
  const { minutes, hours } = line;
  const isMinute = (minute: number) =>
    typeof minutes === 'string' ? minutes === '*' || minute % 10 === 0 : minutes.includes(minute);
  const isHour = (hour: number) => hours === '*' || hours.includes(hour);
  const isNamed = typeof minutes !== 'string' && hours !== '*' && minutes.length * hours.length <= 24;
  if (!isNamed) {
    return wall
      .filter(({ time }) => isHour(Number(time.slice(0, 2))) && isMinute(Number(time.slice(3))))
      .map(({ at }) => at);
  }
  const named = hours.flatMap((hour) =>
    minutes.map((minute) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`),
  );
  const dates = [...new Set(wall.map(({ date }) => date))].slice(1, -1);
  const found = dates.flatMap((date) => {
    const ofDay = wall.filter((minute) => minute.date === date);
    return named.map(
      (time) => (ofDay.find((minute) => minute.time === time) ?? ofDay.find((minute) => minute.time > time))?.at,
    );
  });
  return [...new Set(found)].filter((at) => at !== undefined).sort((a, b) => a - b);
}

it('agrees with a calendar on the wall about random lines on days of change', () => {
  fc.assert(
    fc.property(lines, (line) => {
      const wall = wallOf(line);
      // The days at both ends are seen in part.
      const dates = [...new Set(wall.map(({ date }) => date))].slice(1, -1);
      const inside = wall.filter(({ date }) => dates.includes(date));
      const [from, to] = [inside[0]?.at ?? 0, inside.at(-1)?.at ?? 0];
      const timing = cron(lineOf(line), line.zone);
      const found: number[] = [];
      for (let at = timing.next(new Date(from - 1)); at !== null && at.getTime() <= to; at = timing.next(at))
        found.push(at.getTime());
      expect(found.map((at) => new Date(at).toISOString())).toEqual(
        expectedOf(line, wall)
          .filter((at) => at >= from && at <= to)
          .map((at) => new Date(at).toISOString()),
      );
    }),
    { numRuns: size(12, 600) },
  );
});

it('counts what it would step through, and steps backward like forward', async () => {
  await fc.assert(
    fc.asyncProperty(
      lines,
      fc.constantFrom('', '*/20 ', '7 '),
      fc.integer({ min: 0, max: 86_400 }),
      fc.integer({ min: 0, max: 86_400 }),
      async (line, second, skip, length) => {
        const timing = cron(second + lineOf(line), line.zone);
        const from = new Date(Date.parse(`${line.day}T00:00Z`) - skip * 1_000);
        const until = new Date(from.getTime() + length * 1_000 + 7_200_000);
        const times = await listDueTimes(timing, timing.next(from), until, 100_000);
        const [first, last] = [times[0], times.at(-1)];
        if (first === undefined || last === undefined) return;
        expect(await timing.count(first, last)).toBe(times.length);
        expect(timing.previous(new Date(until.getTime() + 1_000))).toEqual(times.at(-1));
        expect(timing.previous(last)?.getTime() ?? 0).toBe((times.at(-2) ?? timing.previous(first))?.getTime() ?? 0);
      },
    ),
    { numRuns: size(20, 200) },
  );
});

it('counts a year of seconds in a moment, without holding up others', async () => {
  let breaths = 0;
  const timer = setInterval(() => breaths++, 1);
  const timing = cron('* 0-5 * * * *', 'Europe/Berlin');
  const counted = await timing.count(new Date('2026-01-01T00:00:00Z'), new Date('2026-01-31T23:05:59Z'));
  clearInterval(timer);
  expect(counted).toBe(31 * 24 * 6 * 60);
  expect(breaths).toBeGreaterThan(5);
});
