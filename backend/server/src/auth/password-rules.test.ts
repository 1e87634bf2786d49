import { cpuTimeMs } from '@job-manager/engine/testing/cpu-time';
import { expect, it } from 'vitest';
import { findWeakness, hostsOf } from './password-rules.js';

const owner = { email: 'ada.lovelace@engines.example', hosts: ['db-host-7', 'jobs.acme.example'] };
const weakness = (password: string) => findWeakness(password, owner);

it.each([
  'password',
  'PASSWORD',
  'Pa$$w0rd',
  'Password2026!',
  'letmein1',
  'iloveyou iloveyou',
  'p a s s w o r d',
  'ｐａｓｓｗｏｒｄ',
  'football1',
  'trustno1',
])('refuses the common %j', async (password) => {
  expect(await weakness(password)).toMatch(/most common/);
});

it.each(['        ', '\u00a0\u2003\u200b\u3000\t\n  '])('refuses spaces alone: %j', async (password) => {
  expect(await weakness(password)).toMatch(/spaces/);
});

it.each(['aaaaaaaa', '........', 'aaaaaaab', 'abababab', 'xyz!xyz!', '😀😀😀😀😀😀😀😀'])(
  'refuses repetition: %j',
  async (password) => {
    expect(await weakness(password)).toMatch(/repeats/);
  },
);

it.each(['12345678', '0987654321', 'abcdefgh', 'ZYXWVUTSRQ', 'qwertyuiop', 'asdfgh12345', 'abcd1234!', 'mnbvcxz98765'])(
  'refuses the sequence %j',
  async (password) => {
    expect(await weakness(password)).toMatch(/sequence/);
  },
);

it.each([
  'ada.lovelace@engines.example',
  'AdaLovelace',
  'lovelace1815',
  'L0vel4ce!!',
  'engines.example',
  'Lovelace-Engines',
  'jobmanager',
  'Job-Manager-2026',
  'db-host-7',
  'acme2026',
  'lovelacetea',
])('refuses %j, which names its owner, the product or the server', async (password) => {
  expect(await weakness(password)).toMatch(/name/);
});

it.each([
  'correct horse battery',
  'a password of eight and more',
  'lovelace likes tea at four',
  'k3v9-qm2x',
  'пароль для работы',
  'chosen by boss',
  'jobmanager x8kq2m9',
])('takes %j', async (password) => {
  expect(await weakness(password)).toBeNull();
});

it('is quick with the longest password', async () => {
  const begun = cpuTimeMs();
  for (const text of ['ab'.repeat(99), `${'a1b2'.repeat(49)}zzz`, 'q'.repeat(199)]) await weakness(`${text}!`);
  expect(cpuTimeMs() - begun).toBeLessThan(1_000);
});

it('counts every name of the server as one that is guessed first', async () => {
  const hosts = hostsOf({
    HOSTNAME: 'db-host-7',
    PUBLIC_URL: 'https://jobs.acme.example',
    ALLOWED_HOSTS: 'Workbench.internal, pangolin',
  });
  for (const password of ['db-host-7', 'acme2026', 'workbench1', 'Pangolin!!'])
    expect(await findWeakness(password, { email: 'x@y.z', hosts }), password).toMatch(/name/);
});
