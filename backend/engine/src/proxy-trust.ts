import proxyAddr from 'proxy-addr';

/** Whether the proxy at this address, `hop` proxies before us, is ours and its `X-Forwarded-*` headers are true. */
export type Trust = (address: string, hop: number) => boolean;

/** Compiles TRUST_PROXY: a count of proxies, or addresses, networks and names such as `loopback` with commas between. Throws for anything else. */
export function compileTrust(setting: number | string): Trust {
  if (typeof setting === 'number') return (_address, hop) => hop < setting;
  return proxyAddr.compile(setting.split(',').map((part) => part.trim()));
}
