import { MtradeError } from '@mtrade/base';
import type { LockPlatform } from './platform.js';

/** statfs types of file systems where a lock of this kernel proves nothing about another host. */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x65735546, 'FUSE'],
  [0x01021997, '9p'],
  [0x5346414f, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
]);

/** The name of a network file system by its statfs type, which some platforms give as a negative 32-bit number; else null. */
export const networkFileSystem = (type: number): string | null =>
  NETWORK_FILE_SYSTEMS.get(type >>> 0) ?? null;

/** Refuses a directory on a network file system, unless the operator has said that he knows (P41). */
export function refuseNetworkFileSystem(directory: string, allowed: boolean, platform: LockPlatform): void {
  const name = networkFileSystem(platform.fileSystemType(directory));
  if (name === null || allowed) return;
  throw new MtradeError(
    'MTRADE_CONFIG',
    `${directory} lies on a network file system (${name}), where two hosts could trade one account at the same time. ` +
      `Use a directory on a local disk.`,
    { key: 'data_dir', file: directory },
  );
}
