import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Config } from '@job-manager/engine/config';
import { hostOf } from './request.js';

type HostSettings = Pick<Config, 'PUBLIC_URL' | 'TRUST_PROXY' | 'ALLOWED_HOSTS' | 'HOST' | 'HOSTNAME'>;

/**
 * The host name by which a request addressed this server although it isn't ours, or null. A page of a stranger can have
 * its own name lead to our address (DNS rebinding), and its requests then look like those of our own pages. No stranger
 * can do that to an address, to `localhost` or to this machine's own name.
 */
export function findForeignHost(request: IncomingMessage, config: HostSettings): string | null {
  const { host } = request.headers;
  // Both: a page can write X-Forwarded-Host itself, and the first of several proxies may write anything into Host.
  const names = [host, hostOf(request, config)].filter((name) => name !== undefined);
  return names.find((name) => !isOurs(nameOf(name), config)) ?? null;
}

/** The message of a request by a host name that isn't ours. */
export const describeForeignHost = (host: string): string =>
  `This server does not answer for the host ${host.slice(0, 200)}. Set PUBLIC_URL to the address that browsers use, or name the host in ALLOWED_HOSTS.`;

/** Whether a text is a host, with or without a port, and may stand in a header value. */
export const isHostName = (host: string): boolean => /^[a-z0-9._:[\]-]+$/i.test(host);

function isOurs(name: string, config: HostSettings): boolean {
  if (isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost')) return true;
  return name !== '' && ownNames(config).includes(name);
}

function ownNames({ PUBLIC_URL, ALLOWED_HOSTS, HOST, HOSTNAME }: HostSettings): string[] {
  const machine = HOSTNAME.toLowerCase();
  const published = PUBLIC_URL === undefined ? [] : [nameOf(new URL(PUBLIC_URL).host)];
  const allowed = ALLOWED_HOSTS.split(',').map((name) => name.trim().toLowerCase());
  return [machine, machine.split('.', 1)[0] ?? machine, HOST.toLowerCase(), ...published, ...allowed];
}

/** A host without its port, brackets and the dot that may end a whole name. */
function nameOf(host: string): string {
  const name = host.toLowerCase().replace(/:\d*$/, '');
  return name.startsWith('[') ? name.slice(1).replace(/\]$/, '') : name.replace(/\.$/, '');
}
