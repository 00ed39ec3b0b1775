import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MtradeError } from '@mtrade/base';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { installUnit } from '../src/service/install-unit.js';
import { isAsWritten, signed } from '../src/service/signed-unit.js';
import { systemdUnit, type UnitOptions } from '../src/service/unit.js';

const options = (more: Partial<UnitOptions> = {}): UnitOptions => ({
  isUser: false,
  node: '/usr/bin/node',
  script: '/opt/x/dist/main.js',
  configFile: null,
  config: {
    mode: 'paper',
    control: { listen: { host: '127.0.0.1', port: 5000 } },
    alerts: { webhookUrl: null, telegramChatId: null },
  },
  ...more,
});
const config = (more: Partial<UnitOptions['config']>): UnitOptions['config'] => ({
  ...options().config,
  ...more,
});

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mtrade-unit-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('the unit', () => {
  test('names this node and this installation by absolute paths, quoted as systemd reads them', () => {
    const unit = systemdUnit(
      options({ script: '/opt/my trade/50%/dist/main.js', configFile: '/etc/mtrade/$x.toml' }),
    );

    expect(unit).toContain(
      'ExecStart=/usr/bin/node "/opt/my trade/50%%/dist/main.js" start --config /etc/mtrade/$$x.toml\n',
    );
  });

  test.each([
    { node: '/home/a/node' },
    { script: '/root/mtrade/dist/main.js' },
    { configFile: '/home/a/mtrade.toml' },
  ])('keeps readable what lies in a home directory, and says what else it needs: %o', (paths) => {
    const unit = systemdUnit(options(paths));

    expect(unit).toContain('ProtectHome=read-only\n');
    expect(unit).not.toContain('ProtectHome=yes');
    expect(unit).toContain('chmod o+x');
  });

  test('gives a stop more time than the 30 s for which orders in flight are followed', () => {
    expect(Number(/^TimeoutStopSec=(\d+)s$/m.exec(systemdUnit(options()))?.[1])).toBeGreaterThanOrEqual(40);
  });

  test('is not given up while the exchange is out of reach, and is when it fails at once', () => {
    const unit = systemdUnit(options());
    const value = (name: string): number => Number(new RegExp(`^${name}=(\\d+)s?$`, 'm').exec(unit)?.[1]);
    const startsOf = (lifeS: number): number =>
      value('StartLimitIntervalSec') / (value('RestartSec') + lifeS);

    // Six looks at the exchange, a second between them, are the shortest life without one; loading takes one.
    expect(startsOf(5)).toBeLessThan(value('StartLimitBurst'));
    expect(startsOf(1)).toBeGreaterThan(value('StartLimitBurst'));
  });

  test('loads the secrets that the configuration needs and no others: a file that is missing would refuse the start', () => {
    const loaded = (more: Partial<UnitOptions['config']>): string[] =>
      systemdUnit(options({ config: config(more) })).match(/^LoadCredential=.*$/gm) ?? [];

    expect(loaded({})).toEqual([]);
    expect(loaded({ mode: 'live' })).toEqual([
      'LoadCredential=mtrade-api-key:/etc/mtrade/api-key',
      'LoadCredential=mtrade-api-secret:/etc/mtrade/api-secret',
    ]);
    expect(loaded({ mode: 'testnet' })[0]).toBe(
      'LoadCredential=mtrade-testnet-api-key:/etc/mtrade/testnet-api-key',
    );
    expect(loaded({ alerts: { webhookUrl: 'https://x.example', telegramChatId: '-1' } })).toHaveLength(2);
  });

  test('opens the port of the control server and no other; paper mode needs more', () => {
    const live = (host: string, port: number): string =>
      systemdUnit(options({ config: config({ mode: 'live', control: { listen: { host, port } } }) }));

    expect(live('127.0.0.1', 8787)).toContain('SocketBindDeny=any\nSocketBindAllow=ipv4:tcp:8787\n');
    expect(live('::1', 1)).toContain('SocketBindAllow=ipv6:tcp:1\n');
    expect(live('localhost', 1)).toContain('SocketBindAllow=tcp:1\n');
    expect(live('127.0.0.1', 0)).not.toContain('SocketBind');
    expect(systemdUnit(options())).not.toContain('SocketBind');
  });

  test('lets the two threads of an order be given their processors: what is allowed again comes after what is refused', () => {
    const filters: readonly string[] = systemdUnit(options()).match(/^SystemCallFilter=.*$/gm) ?? [];
    const refused = filters.findIndex((line) => line.includes('~') && line.includes('@resources'));
    expect(refused).toBeGreaterThanOrEqual(0);
    expect(filters.indexOf('SystemCallFilter=sched_setaffinity')).toBeGreaterThan(refused);
  });

  test('of a user asks for nothing that only the system may give', () => {
    const unit = systemdUnit(options({ isUser: true, config: config({ mode: 'live' }) }));

    expect(unit).toContain('WantedBy=default.target\n');
    expect(unit).toContain('LoadCredential=mtrade-api-key:%h/.config/mtrade/api-key\n');
    expect(unit).not.toMatch(/DynamicUser|ProtectSystem|PrivateUsers|StateDirectory|network-online|OOMScore/);
    expect(unit).toContain('NoNewPrivileges=yes\n');
  });
});

/** Where systemd reads the unit, and what its own judge of services says. */
function analyze(...args: string[]): string {
  return execFileSync('systemd-analyze', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

const hasAnalyzer = ((): boolean => {
  try {
    analyze('--version');
    return true;
  } catch {
    return false;
  }
})();

/** Worse than this, and the unit has lost a part of its protection. */
const MOST_EXPOSED = 2;

describe.skipIf(!hasAnalyzer)(`systemd's own tools${hasAnalyzer ? '' : ' (no systemd-analyze)'}`, () => {
  const kinds: [string, Partial<UnitOptions>][] = [
    ['paper', {}],
    ['live', { config: config({ mode: 'live' }) }],
    ['in a home directory', { configFile: '/root/mtrade.toml' }],
  ];
  const write = (more: Partial<UnitOptions>): string => {
    const path = join(directory, 'mtrade.service');
    writeFileSync(path, signed(systemdUnit(options({ ...more, node: process.execPath })), '1.2.3'));
    return path;
  };

  test.each([...kinds, ['of a user', { isUser: true }] as [string, Partial<UnitOptions>]])(
    'systemd-analyze verify has nothing against the unit: %s',
    (_, more) => {
      const path = write(more);
      // It complains on stderr and, of most things, with exit 0.
      const said = execFileSync(
        'sh',
        ['-c', `systemd-analyze ${more.isUser ? '--user' : ''} verify "$0" 2>&1`, path],
        {
          encoding: 'utf8',
          env: { ...process.env, XDG_RUNTIME_DIR: directory },
        },
      );
      expect(said).toBe('');
    },
  );

  test.each(kinds)('systemd-analyze security: the exposure stays below 2.0: %s', (kind, more) => {
    const score = /exposure level for \S+: ([\d.]+)/.exec(
      analyze('security', '--offline=true', '--no-pager', write(more)),
    )?.[1];

    console.log(`exposure of the service (${kind}): ${score}`);
    expect(Number(score)).toBeGreaterThan(0);
    expect(Number(score)).toBeLessThan(MOST_EXPOSED);
  });
});

describe('installing', () => {
  const path = (): string => join(directory, 'systemd', 'user', 'mtrade.service');
  const install = (text: string, force = false) => installUnit(path(), text, { force, remedy: 'use sudo' });
  const failure = (run: () => unknown): MtradeError => {
    try {
      run();
    } catch (error) {
      return error as MtradeError;
    }
    throw new Error('expected a refusal');
  };
  const [older, newer] = [signed('[Unit]\n# 1\n', '1.0.0'), signed('[Unit]\n# 2\n', '2.0.0')];

  test('writes it whole with its directories, and replaces what an older version wrote', () => {
    expect(install(older)).toBe('new');
    expect(install(older)).toBe('unchanged');
    expect(install(newer)).toBe('replaced');

    expect(readFileSync(path(), 'utf8')).toBe(newer);
    expect(statSync(path()).mode & 0o777).toBe(0o644);
    expect(readdirSync(join(directory, 'systemd', 'user'))).toEqual(['mtrade.service']);
  });

  test('leaves a unit that somebody has edited, unless it is forced', () => {
    install(older);
    writeFileSync(path(), `${older}MemoryMax=2G\n`);

    const error = failure(() => install(newer));

    expect(error.message).toContain('--force');
    expect(error.exitCode).toBe(1);
    expect(readFileSync(path(), 'utf8')).toContain('MemoryMax=2G');
    expect(install(newer, true)).toBe('replaced');
    expect(isAsWritten(readFileSync(path(), 'utf8'))).toBe(true);
  });

  test('S08: does not write through a link, such as that of a masked unit', () => {
    const target = join(directory, 'elsewhere');
    writeFileSync(target, 'mine');
    mkdirSync(join(directory, 'systemd', 'user'), { recursive: true });
    symlinkSync(target, path());

    expect(failure(() => install(newer)).message).toContain('link');
    install(newer, true);

    expect(readFileSync(target, 'utf8')).toBe('mine');
    expect(readFileSync(path(), 'utf8')).toBe(newer);
  });

  test.runIf(existsSync('/sys/kernel'))('without the right to write there: exit 77 and what helps', () => {
    // Refused to root as well, who runs these tests in some places.
    const error = failure(() =>
      installUnit('/sys/kernel/mtrade/mtrade.service', newer, { force: false, remedy: 'use sudo' }),
    );

    expect(error.exitCode).toBe(77);
    expect(error.message).toContain('use sudo');
  });

  test('a draft that a killed attempt has left is no obstacle', () => {
    mkdirSync(join(directory, 'systemd', 'user'), { recursive: true });
    const draft = `${path()}.${process.pid}.tmp`;
    writeFileSync(draft, 'half');
    chmodSync(draft, 0o400);

    expect(install(newer)).toBe('new');
    expect(readFileSync(path(), 'utf8')).toBe(newer);
  });
});
