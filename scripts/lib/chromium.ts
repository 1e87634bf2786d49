import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { chromium } from '@playwright/test';
import { installWithApt, succeeds } from './apt.js';
import { programOf } from './repository.js';

/** Debian's package of Chromium without its windows: the same pages for half of the processor time. */
const HEADLESS = { name: 'chromium-headless-shell', program: '/usr/bin/chromium-headless-shell' };

const SYSTEM_BROWSERS = [
  HEADLESS.program,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/**
 * The program of a Chromium that runs on this machine: CHROMIUM_PATH, the one Playwright installed, or
 * the machine's own; when there is none, Playwright's is downloaded or, as root, Debian's installed. Where no one
 * watches (CI), Debian's without windows is installed even beside another one.
 * Throws one line that explains what to do when nothing helps.
 */
export async function findChromium(): Promise<string> {
  const given = process.env.CHROMIUM_PATH;
  if (given) return checkGiven(given);
  if (process.env.CI && !existsSync(HEADLESS.program)) await installWithApt(HEADLESS.name);
  const found = await findInstalledChromium();
  if (found) return found;
  for (const install of [
    installWithPlaywright,
    () => installWithApt(HEADLESS.name),
    () => installWithApt('chromium'),
  ]) {
    if (await install()) {
      const installed = await findInstalledChromium();
      if (installed) return installed;
    }
  }
  throw new Error('No Chromium was found or could be installed; install one, or set CHROMIUM_PATH to its program.');
}

async function checkGiven(program: string): Promise<string> {
  if (existsSync(program) && (await runs(program))) return program;
  throw new Error(`CHROMIUM_PATH: ${program} is no Chromium that runs here.`);
}

async function findInstalledChromium(): Promise<string | undefined> {
  for (const program of [chromium.executablePath(), ...SYSTEM_BROWSERS]) {
    if (existsSync(program) && (await runs(program))) return program;
  }
  return undefined;
}

/** A browser whose system libraries are missing, or a stub that wants to install one, can't print its version. */
async function runs(program: string): Promise<boolean> {
  if (process.platform === 'win32') return true;
  const answer = await promisify(execFile)(program, ['--version'], { timeout: 20_000 }).catch(() => undefined);
  return /chrom.*\d+\.\d+/i.test(answer?.stdout ?? '');
}

function installWithPlaywright(): Promise<boolean> {
  console.error('No Chromium on this machine: downloading the one that Playwright offers.');
  return succeeds(process.execPath, [programOf('@playwright/test', 'playwright'), 'install', 'chromium']);
}
