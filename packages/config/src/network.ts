import { BlockList, isIP } from 'node:net';

/**
 * Address ranges that lie inside a network: what stands there is not meant to be reached by a program that was given a
 * web address. From the registries of special-purpose addresses (IANA), loopback apart.
 */
const PRIVATE: readonly (readonly [net: string, prefix: number, family: 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 128, 'ipv6'],
  ['64:ff9b::', 96, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
  ['100::', 64, 'ipv6'],
  ['2001::', 23, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['fec0::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];

const privateRanges = new BlockList();
for (const [net, prefix, family] of PRIVATE) privateRanges.addSubnet(net, prefix, family);
const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

export type AddressKind = 'public' | 'private' | 'loopback';

/** An IPv4 address in IPv6 clothes is judged as IPv4; a text that is no address at all is private: nothing goes there. */
export function addressKind(address: string): AddressKind {
  const version = isIP(address);
  if (version === 0) return 'private';
  const family = version === 4 ? 'ipv4' : 'ipv6';
  if (loopback.check(address, family)) return 'loopback';
  return privateRanges.check(address, family) ? 'private' : 'public';
}

/** Null when the host of a URL is a name, which only the resolver can judge. */
export function hostKind(host: string): AddressKind | null {
  const bare = host.replace(/^\[|\]$/g, '');
  if (bare === 'localhost') return 'loopback';
  return isIP(bare) === 0 ? null : addressKind(bare);
}
