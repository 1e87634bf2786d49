import { type AlertingProduct, startAlertingProduct } from './fixtures/alerting-product.js';
import { Runs } from './fixtures/runs.js';
import { expect, signedOut, test as story } from './fixtures/story.js';
import { operator } from './product/operator.js';

const test = story.extend<object, { alerting: AlertingProduct }>({
  alerting: [
    async ({ database }, use) => {
      const product = await startAlertingProduct(database);
      await use(product);
      await product.close();
    },
    { scope: 'worker', timeout: 180_000 },
  ],
  baseURL: async ({ alerting }, use) => use(alerting.url),
});
test.use({ storageState: signedOut });

/** Rules are judged every 15 s, and messages sent as often. */
const JUDGED = { timeout: 120_000 };

/** The text of a mail as a person reads it. */
const readMail = (source: string): string =>
  source.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));

test('a failure at night reaches the mailbox once with its cause and a link, and once more when it is over', async ({
  page,
  playwright,
  alerting: { url, mailbox, database, restart },
}) => {
  test.setTimeout(420_000);
  await page.goto('/login');
  await page.getByLabel('E-mail').fill(operator.email);
  await page.getByLabel('Password', { exact: true }).fill(operator.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(/\/admin\/dashboard/);

  // A person sets up mails, and a rule from the page of the job.
  await page.goto('/admin/alerts?tab=destinations');
  await page.getByRole('button', { name: 'Create destination' }).click();
  const destination = page.getByRole('dialog', { name: 'New destination' });
  await destination.getByLabel('Name').fill('night duty');
  await destination.getByLabel('Addresses').fill('ops@example.com');
  await destination.getByRole('button', { name: 'Create destination' }).click();
  await expect(page.getByRole('row', { name: /night duty/ })).toBeVisible();
  await page.goto('/admin/jobs/definitions/match-scores');
  await page.getByRole('link', { name: 'Alert me when runs of match-scores fail…' }).click();
  const rule = page.getByRole('dialog', { name: 'New rule' });
  await expect(rule.getByLabel('Name')).toHaveValue('Run failed for good: match-scores');
  await rule.getByRole('checkbox', { name: 'night duty' }).check();
  await rule.getByRole('button', { name: 'Create rule' }).click();
  await expect(page.getByRole('row', { name: /Run failed for good: match-scores/ })).toBeVisible();

  // A run fails, and the server is killed at once: the message comes from the one that is started then.
  const storageState = await page.context().storageState();
  const api = await playwright.request.newContext({ baseURL: url, storageState, extraHTTPHeaders: { origin: url } });
  const runs = new Runs(api, database);
  const failed = await runs.enqueue('match-scores', { userId: 999_999 });
  await runs.reach(failed, 'FAILED', JUDGED);
  await restart();
  await expect.poll(() => mailbox.mails.length, JUDGED).toBe(1);
  const opened = readMail(mailbox.mails[0]?.source ?? '');
  expect(mailbox.mails[0]?.to).toEqual(['ops@example.com']);
  expect(opened).toContain('Subject: Warning: match-scores fails: 1 run since the last success');
  expect(opened).toContain('There is no user with the id 999999.');

  // The links lead to the incident and to the run that failed.
  const [incident = ''] = /http\S+\/admin\/alerts\?incident=\d+/.exec(opened) ?? [];
  await page.goto(incident);
  const dialog = page.getByRole('dialog', { name: /^Incident \d+/ });
  await expect(dialog).toContainText('There is no user with the id 999999.');
  await expect(dialog.getByRole('list', { name: 'Messages' })).toContainText('Opened → night duty');
  await dialog.getByRole('link', { name: `Last run #${failed}` }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`match-scores #${failed}`);
  await page.goto(/http\S+\/admin\/jobs\/\d+/.exec(opened)?.[0] ?? '');
  await expect(page.getByRole('region', { name: 'Error' })).toContainText('There is no user with the id 999999.');

  // It recovers; the server is killed once more, and five minutes pass.
  await page.goto('/admin/alerts');
  await expect(page.getByRole('row', { name: /match-scores fails/ })).toContainText('Warning');
  const well = await runs.enqueue('match-scores', {});
  await runs.reach(well, 'SUCCESS', JUDGED);
  await restart();
  const pass = () =>
    database.query(
      `UPDATE "Incident" SET "lastAt" = "lastAt" - interval '301 seconds', "openedAt" = "openedAt" - interval '301 seconds'
       WHERE "closedAt" IS NULL`,
    );
  await expect
    .poll(async () => {
      await pass();
      return mailbox.mails.length;
    }, JUDGED)
    .toBe(2);
  const over = readMail(mailbox.mails[1]?.source ?? '');
  expect(over).toContain('Subject: Over: match-scores fails');
  expect(over).toContain(incident);

  // The list follows without a reload, and no further message waits.
  await expect(page.getByRole('row', { name: /match-scores fails/ })).toContainText('Over', JUDGED);
  const messages = await database.query(`SELECT event, status FROM "AlertDelivery" ORDER BY id`);
  expect(messages.rows).toEqual([
    { event: 'opened', status: 'SENT' },
    { event: 'closed', status: 'SENT' },
  ]);
  expect(mailbox.mails).toHaveLength(2);
  await api.dispose();
});
