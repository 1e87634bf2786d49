import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readViolations } from '@job-manager/engine/store/violations';
import { simulateYears } from '@job-manager/engine/testing/schedule-years';
import { isFull } from '@job-manager/engine/testing/size';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FaultDatabase } from './world/fault-database.js';

/** Every twentieth: of each continent some. */
const ZONES = Intl.supportedValuesOf('timeZone')
  .filter((_zone, n) => n % 20 === 0)
  .slice(0, 40);
const FROM = '2016-01-01T00:00:00Z';
const TO = isFull ? '2017-01-01T00:00:00Z' : '2016-05-01T00:00:00Z';

let folder: string;
let database: FaultDatabase;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'job-manager-faults-'));
  // PostgreSQL may run under another account, which must be able to enter.
  await chmod(folder, 0o755);
  database = await FaultDatabase.start(folder);
});
afterAll(async () => {
  await database?.close();
  await rm(folder, { recursive: true, force: true });
});

it('gives every due time of years in many zones one run or a reason for none', async () => {
  const zones = isFull ? ZONES : ['Europe/Berlin', 'America/Havana'];
  const report = await simulateYears({ url: database.url, zones, from: new Date(FROM), to: new Date(TO), seed: 40 });
  console.log(`schedules of ${zones.length} zones from ${FROM} to ${TO}: ${JSON.stringify(report)}`);
  expect(report).toMatchObject({ duplicates: 0, gaps: 0, unexpected: 0, backward: 0 });
  expect(report.runs + report.skipped).toBe(report.dueTimes);
  expect(await readViolations(database.pool)).toEqual({});
});
