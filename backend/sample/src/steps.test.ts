import type { JobRunStep } from '@job-manager/shared/contract/message';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { jobs } from './registry.js';
import { runJobAlone } from './testing/job-context.js';
import { createTestMedia, plainPicture, type TestMedia } from './testing/media.js';
import { NOW, TestNetwork } from './testing/network.js';
import { fillNetwork } from './testing/random-network.js';
import { createSampleDatabase, type SampleDatabase } from './testing/sample-database.js';

let database: SampleDatabase;
let media: TestMedia;
beforeAll(async () => {
  database = await createSampleDatabase();
  media = await createTestMedia();
  const [ownerId] = await fillNetwork(new TestNetwork(database.db), 1);
  if (ownerId === undefined) throw new Error('The network is empty');
  await media.write('a.png', await plainPicture(20, 10, '#204060').png().toBuffer());
  await media.write('b.txt', 'no picture');
  for (const fileName of ['a.png', 'b.txt']) {
    await database.db.media.create({ data: { ownerId, fileName, createdAt: NOW } });
  }
});
afterAll(async () => {
  await media.remove();
  await database.drop();
});

const run = (job: (typeof jobs)[number]) =>
  runJobAlone(job, job.defaultParams ?? {}, { db: database.db, mediaDir: media.dir, startedAt: NOW });
const all = (steps: readonly JobRunStep[]): JobRunStep[] => steps.flatMap((step) => [step, ...all(step.steps)]);

it.each(jobs)('$name has steps with labels of their own, and finishes each', async (job) => {
  const { steps, progress } = await run(job);
  expect(steps.length).toBeGreaterThanOrEqual(2);
  for (const step of all(steps)) {
    expect(step).toMatchObject({ state: 'done', progress: 1 });
    expect(step.label).not.toBe(step.id);
  }
  const fractions = progress.map(({ fraction }) => fraction);
  expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
});

it('logs which files it could not read', async () => {
  const [job] = jobs.filter(({ name }) => name === 'media-metadata-batch');
  if (!job) throw new Error('No such job');
  await database.db.media.updateMany({ data: { metadataStatus: 'PENDING' } });
  const { messages } = await run(job);
  expect(messages).toEqual([
    { level: 'WARN', message: expect.stringMatching(/^b\.txt can't be read: not a picture/), data: { mediaId: 2 } },
  ]);
});
