import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testing/http-test-kit.js';
import { placePage } from './panel.js';

const BUILT = `<!doctype html>
<html lang="en"><head><link rel="icon" href="./favicon.svg" /><script type="module" src="./assets/panel.js"></script></head></html>`;

let server: TestServer;
let panelDir: string;
beforeAll(async () => {
  panelDir = await mkdtemp(join(tmpdir(), 'job-manager-panel-'));
  await mkdir(join(panelDir, 'assets'));
  await writeFile(join(panelDir, 'index.html'), BUILT);
  await writeFile(join(panelDir, 'assets/panel.js'), 'run()');
  server = await startTestServer({ deps: { panelDir } });
});
afterAll(async () => {
  await server.stop();
  await rm(panelDir, { recursive: true });
});

const get = (path: string) => fetch(`${server.url}${path}`);

it.each(['/', '/admin/jobs', '/admin/jobs/12?tab=log', '/admin/jobs/definitions/mail.welcome', '/index.html'])(
  'sends the page at %s',
  async (path) => {
    const answer = await get(path);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    expect(await answer.text()).toContain('src="/assets/panel.js"');
  },
);

it('sends a script for ever, and no page where there is none', async () => {
  const answer = await get('/assets/panel.js');
  expect(answer.headers.get('cache-control')).toContain('immutable');
  expect((await get('/assets/gone.js')).status).toBe(404);
});

it('answers with the reason where the panel has not been built', async () => {
  await rm(join(panelDir, 'index.html'));
  const answer = await get('/admin/jobs');
  await writeFile(join(panelDir, 'index.html'), BUILT);
  expect([answer.status, (await answer.json()).details]).toEqual([404, 'The panel has not been built.']);
});

describe('a page in another application', () => {
  const isOpen = () => true;

  it('links its files where they are mounted, and includes the mount path', () => {
    const place = { mount: '/ops/jobs', publicPath: '/ops/jobs', signInUrl: '/login?a=1&next={next}', isOpen };
    const page = placePage(BUILT, place);
    expect(page).toContain('href="/ops/jobs/favicon.svg"');
    expect(page).toContain('src="/ops/jobs/assets/panel.js"');
    const behindProxy = placePage(BUILT, { ...place, publicPath: '/tools/ops/jobs' });
    expect(behindProxy).toContain('src="/tools/ops/jobs/assets/panel.js"');
    expect(behindProxy).toContain('data-mount="/tools/ops/jobs"');
    expect(page).toContain(
      '<html data-mount="/ops/jobs" data-accounts="host" data-sign-in-url="/login?a=1&amp;next={next}" lang="en">',
    );
  });

  it('can not be broken out of by an address', () => {
    const page = placePage(BUILT, {
      ...{ mount: '', publicPath: '', isOpen },
      signInUrl: '/"><script>alert(1)</script>$&',
    });
    expect(page).toContain('data-sign-in-url="/&quot;>&lt;script>alert(1)&lt;/script>$&amp;"');
  });
});
