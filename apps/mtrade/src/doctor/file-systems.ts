/** Numbers from statfs(2). Node gives some of them as negative 32-bit numbers. */
const unsigned = (type: number): number => type >>> 0;

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

export const systemFileSystem = (type: number): string | null => SYSTEM.get(unsigned(type)) ?? null;
