import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestServer, type TestServer } from '../testing/http-test-kit.js';
import { type Sent, send } from '../testing/request-test-kit.js';

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await startTestServer();
  ({ token } = await server.signIn('ADMIN'));
});
afterAll(() => server.stop());

const call = async (method: string, path: string, body?: object) => {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await send(server.url, { method, path: `/api/admin/jobs/schedules${path}`, body, headers } as Sent);
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.json;
};
const preview = (cron: string, timeZone: string, count: number) =>
  call('GET', `/preview?${new URLSearchParams({ cron, timeZone, count: String(count) })}`);

interface ChangeDay {
  isForward: boolean;
  /** Day of month and month, as a cron line has them. */
  day: string;
}

/** The days on which the clock of a zone is changed within the year from now on. */
function clockChanges(timeZone: string): ChangeDay[] {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  const offsetAt = (at: number) => Date.parse(`${format.format(at).replace(' ', 'T')}Z`) - at;
  const begin = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  const hours = Array.from({ length: 365 * 24 }, (_none, hour) => begin + hour * HOUR_MS);
  return hours
    .filter((at) => offsetAt(at) !== offsetAt(at + HOUR_MS))
    .map((at) => {
      const [, month, day] = format
        .format(at + HOUR_MS)
        .split(/[- ]/)
        .map(Number);
      return { isForward: offsetAt(at) < offsetAt(at + HOUR_MS), day: `${day} ${month}` };
    });
}
const HOUR_MS = 3_600_000;

describe('a preview has the due times that the schedule then has', () => {
  it.each([
    ['UTC', 0],
    ['Asia/Kolkata', 0],
    ['Europe/Berlin', 2],
    ['America/New_York', 2],
    ['Australia/Lord_Howe', 2],
  ])('in %s, on the days of its %i clock changes as well', async (timeZone, changes) => {
    const days = clockChanges(timeZone).map(({ day }) => day);
    expect(days).toHaveLength(changes);
    const lines = [
      ...['* * * * *', '*/7 * * * *', '30 2 * * *', '0 3 * * 1-5', '0 0 1 * *', '15 30 1,2,3 * * *'],
      ...days.flatMap((day) => [`*/15 0-4 ${day} *`, `0,30 1-3 ${day} *`]),
    ];
    for (const [index, cron] of lines.entries()) {
      const name = `line-${index}-in-${timeZone.toLowerCase().replaceAll(/[^a-z]/g, '-')}`;
      const { scheduleId } = await call('POST', '', { name, jobName: 'echo', cron, timeZone });
      // A due time may pass between the two calls: then both are made again.
      await vi.waitFor(async () => {
        const shown: string[] = (await preview(cron, timeZone, 30)).times;
        expect([cron, shown]).toEqual([cron, (await call('GET', `/${scheduleId}/next?count=30`)).times]);
        expect(new Set(shown).size).toBe(30);
      });
    }
  });
});

describe('on the days of the clock changes of Berlin', () => {
  /** The hours in UTC at which a line comes due on the next such day. */
  const hoursOf = async (line: string, isForward: boolean, count: number): Promise<number[]> => {
    const change = clockChanges('Europe/Berlin').find((each) => each.isForward === isForward);
    const { times } = await preview(`${line} ${change?.day} *`, 'Europe/Berlin', count);
    return times.map((at: string) => new Date(at).getUTCHours());
  };

  it('an hour that comes twice has named times once, and those of an interval in both passes', async () => {
    expect(await hoursOf('0 1-4', false, 4)).toEqual([23, 0, 2, 3]);
    expect(await hoursOf('*/30 2', false, 4)).toEqual([0, 0, 1, 1]);
  });

  it('an hour that is left out has named times right after it, and none of an interval', async () => {
    expect(await hoursOf('30 2', true, 1)).toEqual([1]);
    expect(await hoursOf('*/30 1-3', true, 4)).toEqual([0, 0, 1, 1]);
  });
});

it('warns of clock changes where times are named, and not of an interval, which runs through', async () => {
  const kinds = async (cron: string): Promise<string[]> =>
    (await preview(cron, 'Europe/Berlin', 1)).warnings.map(({ kind }: { kind: string }) => kind).sort();
  expect(await kinds('30 2 * * *')).toEqual(['doubled', 'skipped']);
  expect(await kinds('0,30 1-3 * * *')).toEqual(['doubled', 'skipped']);
  for (const interval of ['0 * * * *', '*/30 2 * * *', '0 */2 * * *', '@hourly']) {
    expect([interval, await kinds(interval)]).toEqual([interval, []]);
  }
});
