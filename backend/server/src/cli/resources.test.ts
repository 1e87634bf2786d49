import { expect, it } from 'vitest';
import { Resources } from './resources.js';

it('closes what was opened last first', async () => {
  const closed: string[] = [];
  const resources = new Resources();
  for (const name of ['database', 'server']) {
    await resources.hold(Promise.resolve(name), async (opened) => void closed.push(opened));
  }
  await resources.closeAll();
  expect(closed).toEqual(['server', 'database']);
});

it('waits for resources that are still being opened, and closes them too', async () => {
  const closed: string[] = [];
  const resources = new Resources();
  let finishOpening = (_name: string) => {};
  const opening = new Promise<string>((resolve) => {
    finishOpening = resolve;
  });
  void resources.hold(opening, async (opened) => void closed.push(opened));
  const closing = resources.closeAll();
  finishOpening('database');
  await closing;
  expect(closed).toEqual(['database']);
});

it('closes the rest when one fails to close, and reports it', async () => {
  const closed: string[] = [];
  const resources = new Resources();
  await resources.hold(Promise.resolve('database'), async (opened) => void closed.push(opened));
  await resources.hold(Promise.resolve('server'), () => Promise.reject(new Error('stuck')));
  await expect(resources.closeAll()).rejects.toThrow('stuck');
  expect(closed).toEqual(['database']);
});

it('has nothing to close of what failed to open', async () => {
  const resources = new Resources();
  const opening = resources.hold(Promise.reject(new Error('no')), () => Promise.reject(new Error('not reached')));
  await expect(opening).rejects.toThrow('no');
  await expect(resources.closeAll()).resolves.toBeUndefined();
});
