import { BlockList, isIP } from 'node:net';

/** Addresses that don't lead to the internet (RFC 6890 and its registries), and those that stand for IPv4 addresses. */
const NOT_PUBLIC = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  NOT_PUBLIC.addSubnet(network, prefix, 'ipv4');

/** Of IPv6 only global unicast leads to the internet; these parts of it don't, or lead to any IPv4 address. */
const GLOBAL_UNICAST = new BlockList();
GLOBAL_UNICAST.addSubnet('2000::', 3, 'ipv6');
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  NOT_PUBLIC.addSubnet(network, prefix, 'ipv6');

const MAPPED = /^::ffff:(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/i;

/** Whether an IP address is private, loopback, link-local or otherwise none of the internet. Text that is no address counts as private. */
export function isPrivateAddress(address: string): boolean {
  const plain = address.replace(/%.*$/, '');
  const family = isIP(plain);
  if (family === 0) return true;
  if (family === 4) return NOT_PUBLIC.check(plain, 'ipv4');
  const [, dotted, high, low] = MAPPED.exec(plain) ?? [];
  if (dotted) return NOT_PUBLIC.check(dotted, 'ipv4');
  if (high && low) {
    const [one, two] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
    return NOT_PUBLIC.check([one >> 8, one & 255, two >> 8, two & 255].join('.'), 'ipv4');
  }
  return !GLOBAL_UNICAST.check(plain, 'ipv6') || NOT_PUBLIC.check(plain, 'ipv6');
}
