import { HttpResponse, http } from 'msw';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { reloadPage } from '../lib/reload';
import { watchTyping } from '../lib/typed-text';
import { backend } from '../testing/backend';
import { CodeLoadError, isOutdated, loadCode } from './panel-version';

vi.mock('../lib/reload', () => ({ reloadPage: vi.fn() }));

const page = (entry: string) => `<html><script type="module" crossorigin src="./assets/${entry}.js"></script></html>`;
const serving = (entry: string) => backend.use(http.get('/', () => HttpResponse.html(page(entry))));
const missing = async (): Promise<never> => {
  throw new TypeError('Failed to fetch dynamically imported module');
};

beforeEach(() => {
  vi.mocked(reloadPage).mockClear();
  document.head.innerHTML = page('index-old');
});
afterEach(() => {
  document.head.innerHTML = '';
  document.body.innerHTML = '';
});

test('missing code reloads the page once, and the next time shows an error', async () => {
  serving('index-new');
  void loadCode(missing);
  await vi.waitFor(() => expect(reloadPage).toHaveBeenCalledTimes(1));
  await expect(loadCode(missing)).rejects.toBeInstanceOf(CodeLoadError);
  expect(reloadPage).toHaveBeenCalledTimes(1);
  // Another upgrade is another reason.
  document.head.innerHTML = page('index-new');
  void loadCode(missing);
  await vi.waitFor(() => expect(reloadPage).toHaveBeenCalledTimes(2));
});

test('neither typed text nor a page that is still readable is given up for a reload', async () => {
  backend.use(http.get('/', () => HttpResponse.error()));
  await expect(loadCode(missing)).rejects.toBeInstanceOf(CodeLoadError);
  serving('index-new');
  const stop = watchTyping();
  document.body.innerHTML = '<textarea></textarea>';
  const field = document.querySelector('textarea') as HTMLTextAreaElement;
  field.value = '{"userId": 8}';
  field.dispatchEvent(new Event('input', { bubbles: true }));
  await expect(loadCode(missing)).rejects.toBeInstanceOf(CodeLoadError);
  expect(reloadPage).not.toHaveBeenCalled();
  field.remove();
  void loadCode(missing);
  await vi.waitFor(() => expect(reloadPage).toHaveBeenCalledTimes(1));
  stop();
});

test('detects an updated server by the file that its page starts from', async () => {
  serving('index-old');
  expect(await isOutdated()).toBe(false);
  serving('index-new');
  expect(await isOutdated()).toBe(true);
});
