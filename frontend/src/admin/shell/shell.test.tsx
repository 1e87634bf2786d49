import { screen, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openPanel } from '../../testing/render-app';

test('the colour scheme can be chosen, and is remembered', async () => {
  const { user } = await openPanel('/admin/dashboard');
  await user.click(await screen.findByRole('button', { name: /^Account/ }));
  await user.click(await screen.findByRole('menuitemradio', { name: 'Dark', hidden: true }));
  await waitFor(() => expect(document.documentElement).toHaveAttribute('data-mantine-color-scheme', 'dark'));
  expect(localStorage.getItem('mantine-color-scheme-value')).toBe('dark');
});

test('the first stops of the Tab key lead past the header and past the active list', async () => {
  const { user } = await openPanel('/admin/jobs');
  await user.tab();
  expect(screen.getByRole('button', { name: 'Skip to content' })).toHaveFocus();
  await user.tab();
  await user.keyboard('{Enter}');
  expect(document.querySelector('.job-history')).toHaveFocus();
});

test('every page has its title, and takes the focus when one comes to it', async () => {
  const { user } = await openPanel('/admin/dashboard');
  await user.click(screen.getByRole('link', { name: /^System status/ }));
  await screen.findByRole('heading', { name: 'System status', level: 1 });
  expect(document.title).toBe('System status · Job Manager');
  expect(screen.getByRole('main')).toHaveFocus();
});

test('the connection shows its details, and Escape closes them', async () => {
  const { user } = await openPanel('/admin/jobs');
  const opener = screen.getByRole('button', { name: 'About the connection' });
  opener.focus();
  await user.keyboard('{Enter}');
  expect(await screen.findByText('Changes arrive as they happen.')).toBeInTheDocument();
  expect(opener).toHaveAttribute('aria-expanded', 'true');
  await user.keyboard('{Escape}');
  expect(opener).toHaveAttribute('aria-expanded', 'false');
  expect(opener).toHaveFocus();
});
