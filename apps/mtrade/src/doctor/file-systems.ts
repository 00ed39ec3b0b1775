/** Numbers from statfs(2). Node gives some of them as negative 32-bit numbers. */
const unsigned = (type: number): number => type >>> 0;

/** Locks of these file systems say nothing about other machines; the engine's lock refuses the same ones. */
const NETWORK: ReadonlyMap<number, string> = new Map([
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

const SYSTEM: ReadonlyMap<number, string> = new Map([
  [0x9fa0, 'proc'],
  [0x62656572, 'sysfs'],
  [0x27e0eb, 'cgroup'],
  [0x63677270, 'cgroup2'],
  [0x1cd1, 'devpts'],
  [0x64626720, 'debugfs'],
  [0x73636673, 'securityfs'],
]);

export const RAM_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x01021994, 'tmpfs'],
  [0x858458f6, 'ramfs'],
]);

export const networkFileSystem = (type: number): string | null => NETWORK.get(unsigned(type)) ?? null;
export const systemFileSystem = (type: number): string | null => SYSTEM.get(unsigned(type)) ?? null;
