import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { typescriptArgs } from '@job-manager/engine/typescript-loader';
import { chooseJob, enqueue, historyRow, parametersField, runDialog } from './fixtures/job-manager.js';
import { expect, test } from './fixtures/story.js';

const WORKER = fileURLToPath(new URL('./fixtures/application-worker.ts', import.meta.url));

test('a job without code on the server is chosen, checked and run by the worker that has it', async ({
  page,
  product,
  database,
}) => {
  const worker = spawn(process.execPath, [...typescriptArgs, WORKER], {
    env: { ...process.env, DATABASE_URL: product.databaseUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(worker, 'exit');
  try {
    await expect
      .poll(async () => await (await page.request.get('/api/admin/jobs/definitions')).text(), { timeout: 60_000 })
      .toContain('sendInvoice');
    await page.goto('/admin/jobs');
    await chooseJob(page, 'sendInvoice');
    await expect(runDialog(page)).toContainText('Sends the invoice of an order');
    await expect(parametersField(page)).toHaveValue(JSON.stringify({ order: 7, copies: 2 }, null, 2));

    await parametersField(page).fill('{"order": "A-7", "copy": 2}');
    await runDialog(page).getByRole('button', { name: 'Enqueue Job' }).click();
    await expect(runDialog(page)).toContainText('order: must be a number');
    await expect(runDialog(page)).toContainText('copy: is no parameter of this job; there are order, copies');

    await parametersField(page).fill('{"order": 8}');
    const id = await enqueue(page);
    await expect(historyRow(page, id)).toContainText('sendInvoice');
    await expect(historyRow(page, id)).toContainText('Success');
  } finally {
    worker.kill('SIGTERM');
    await ended;
    // So that other stories choose among the product's own.
    await database.query(`DELETE FROM "Job" WHERE name = 'sendInvoice'`);
  }
});
