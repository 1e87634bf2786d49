import type { ChildProcess } from 'node:child_process';
import type { PackageName } from './manifests.js';

/** What tests of applications that install the packages have in common. */
export interface Hosts {
  /** Where the packages and the hosts are installed. */
  folder(): string;
  tarballs(): Record<PackageName, string>;
  npm(cwd: string, ...args: string[]): Promise<unknown>;
  createDatabase(name: string): Promise<{ url: string; drop(): Promise<void> }>;
  /** Requests a program to stop, and waits until it has ended. */
  end(child: ChildProcess): Promise<void>;
}

/**
 * Of a program that is started: nothing of this process, whose settings would be taken for those of the application.
 */
export const environmentOf = (databaseUrl: string): NodeJS.ProcessEnv => ({
  ...{ PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: '1' },
  DATABASE_URL: databaseUrl,
});
