const assert = require('node:assert/strict');
const { after, before, it } = require('node:test');
const { defineJob } = require('@job-manager/server');
const { createTestKit, runJob } = require('@job-manager/testing');
const z = require('zod');

const sendMail = defineJob({
  name: 'send-mail',
  description: 'Sends a mail',
  parameters: z.strictObject({ to: z.email() }),
  run: async (_ctx, { to }) => ({ to }),
});

let kit;
before(async () => {
  kit = await createTestKit({ databaseUrl: process.env.TEST_DATABASE_URL, jobs: [sendMail] });
});
after(() => kit.close());

it('sends a mail', async () => {
  assert.deepEqual((await runJob(sendMail, { to: 'ada@example.com' })).metadata, { to: 'ada@example.com' });
});

it('sends what was queued', async () => {
  await kit.client.enqueue({ jobName: 'send-mail', parameters: { to: 'ada@example.com' } });
  assert.deepEqual(
    (await kit.drain()).map(({ status }) => status),
    ['SUCCESS'],
  );
});
