import { test as setup } from '@playwright/test';
import { expect } from '../fixtures/story.js';
import { operator } from './operator.js';

setup('the operator signs in', async ({ browser }) => {
  const page = await browser.newPage({ baseURL: process.env.E2E_URL });
  await page.goto('/login');
  await page.getByLabel('E-mail').fill(operator.email);
  await page.getByRole('textbox', { name: 'Password' }).fill(operator.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Dashboard' })).toBeVisible();
  await page.context().storageState({ path: process.env.E2E_SIGNED_IN });
});
