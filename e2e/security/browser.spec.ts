import { signIn } from '../fixtures/accounts.js';
import { expect, signedOut, test } from '../fixtures/story.js';

// Attacks on the panel that have to fail, each with the requirement of OWASP ASVS 5 that it shows; see docs/security.md.

const HOSTILE = [
  '<img src=x onerror="window.attacked = true">',
  '<script>window.attacked = true</script>',
  '<a href="javascript:window.attacked = true">run</a>',
  '{{constructor.constructor("window.attacked = true")()}}',
  '\u202Etxt.exe',
];

test('1.2.1, 3.2.2, 3.4.3: foreign text is shown as text, and no page breaks the content policy', async ({
  page,
  runs,
}) => {
  const violations: string[] = [];
  await page.exposeFunction('reportViolation', (text: string) => violations.push(text));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile }) => {
      const { reportViolation } = window as unknown as { reportViolation: (text: string) => void };
      reportViolation(`${violatedDirective} ${blockedURI} ${sourceFile}`);
    });
  });
  const elsewhere: string[] = [];
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol !== 'data:' && protocol !== 'blob:' && origin !== process.env.E2E_URL) elsewhere.push(request.url());
  });

  const program = await runs.program();
  const steps = [{ id: 'read', label: HOSTILE[0] }];
  const id = await program.start({ jobName: 'nightly-import', parameters: { text: HOSTILE, note: HOSTILE[1] }, steps });
  await program.log(...HOSTILE.map((message) => ({ message })));
  await program.reach([{ id: 'read', progress: 0.5, message: HOSTILE[0] }]);
  await page.goto('/admin/jobs');
  await expect(page.getByText(HOSTILE[0] ?? '').first()).toBeVisible();
  await page.goto(`/admin/jobs/${id}?tab=log`);
  await expect(page.getByText(HOSTILE[1] ?? '').first()).toBeVisible();
  await program.complete({ [HOSTILE[0] ?? '']: HOSTILE[1] });
  await page.goto(`/admin/jobs/${id}`);
  await expect(page.getByText(HOSTILE[1] ?? '').first()).toBeVisible();
  for (const address of ['/admin/dashboard', '/admin/jobs?new=trending', '/admin/system-status', '/admin/errors']) {
    await page.goto(address);
    await expect(page.getByRole('heading').first()).toBeVisible();
  }
  for (const address of ['/admin/audit', '/admin/tokens', '/admin/users', '/admin/account']) {
    await page.goto(address);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  }
  expect(await page.evaluate(() => 'attacked' in window)).toBe(false);
  expect(violations).toEqual([]);
  expect(elsewhere).toEqual([]);
});

test.describe('signed out', () => {
  test.use({ storageState: signedOut });

  test('1.2.2, 3.7.2: signing in with a foreign next= stays in the panel', async ({ page, accounts, product }) => {
    const admin = await accounts.create('ADMIN');
    for (const next of [
      '//evil.example',
      'https://evil.example',
      '/\\evil.example',
      'javascript:alert(1)',
      '/%09/evil',
    ]) {
      await page.context().clearCookies();
      await page.goto(`/login?next=${encodeURIComponent(next)}`);
      await signIn(page, admin);
      await expect(page.getByRole('navigation', { name: 'Main' }), next).toBeVisible();
      expect(new URL(page.url()).origin, next).toBe(new URL(product.url).origin);
    }
  });

  test('14.3.1, 14.3.3: after signing out nothing is left in the browser', async ({ page, accounts, runs }) => {
    const [id = ''] = await runs.insertEnded({ jobName: 'trending', metadata: { note: 'only for admins' } });
    await page.goto(`/admin/jobs/${id}`);
    await signIn(page, await accounts.create('ADMIN'));
    await expect(page.getByText('only for admins')).toBeVisible();
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
    expect(kept).not.toMatch(/only for admins|eyJ/);
    await page.goBack();
    await expect(page.getByText('only for admins')).toBeHidden();
  });
});
