import { screen, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { operator, world } from '../testing/backend';
import { openPanel } from '../testing/render-app';

const navigation = () => within(screen.getByRole('navigation', { name: 'Main' }));
// happy-dom lays nothing out, so Mantine keeps its menus hidden there.
const offers = async () =>
  (await navigation().findAllByRole('menuitem', { hidden: true })).map((item) => item.textContent);

test('a super admin is led to errors, audit log, tokens and users', async () => {
  const { user } = await openPanel('/admin/dashboard');
  await user.click(navigation().getByRole('button', { name: 'Administration' }));
  expect(await offers()).toEqual(['Errors', 'Audit log', 'API tokens', 'Users']);
  expect(navigation().getByRole('menuitem', { name: 'Users', hidden: true })).toHaveAttribute('href', '/admin/users');
});

test('an admin is offered what admins may do', async () => {
  world.user = { ...operator, role: 'ADMIN' };
  const { user } = await openPanel('/admin/dashboard');
  await user.click(navigation().getByRole('button', { name: 'Administration' }));
  expect(await offers()).toEqual(['Errors', 'Audit log']);
});

test('the menu opens by keyboard', async () => {
  const { user } = await openPanel('/admin/dashboard');
  const button = navigation().getByRole('button', { name: 'Administration' });
  button.focus();
  expect(button).toHaveAttribute('aria-expanded', 'false');
  await user.keyboard('{Enter}');
  expect(await offers()).toHaveLength(4);
  expect(button).toHaveAttribute('aria-expanded', 'true');
});

test('on a phone the last place stands in the menu', async () => {
  vi.spyOn(window, 'matchMedia').mockImplementation(
    (media) =>
      Object.assign(new EventTarget(), { matches: media.includes('max-width'), media, onchange: null }) as never,
  );
  const { user } = await openPanel('/admin/dashboard');
  expect(navigation().queryByRole('link', { name: 'System' })).toBeNull();
  await user.click(navigation().getByRole('button', { name: 'More' }));
  expect(await offers()).toEqual(['System', 'Errors', 'Audit log', 'API tokens', 'Users']);
});

test('the own password is reached from the account', async () => {
  const { user } = await openPanel('/admin/dashboard');
  await user.click(screen.getByRole('button', { name: 'Account: ada@example.com' }));
  expect(await screen.findByRole('menuitem', { name: 'Change password', hidden: true })).toHaveAttribute(
    'href',
    '/admin/account',
  );
});
