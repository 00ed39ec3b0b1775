import { expect, test } from 'vitest';
import { systemdUnit } from '../src/commands/systemd.js';

test('the unit names this node and this installation by absolute paths, quoted as systemd reads them', () => {
  const unit = systemdUnit({
    node: '/usr/bin/node',
    script: '/opt/my trade/50%/dist/main.js',
    config: '/etc/mtrade/$x.toml',
  });

  expect(unit).toContain(
    'ExecStart=/usr/bin/node "/opt/my trade/50%%/dist/main.js" start --config /etc/mtrade/$$x.toml\n',
  );
  expect(unit).toContain('Type=exec\n');
  expect(unit).toContain('RestartPreventExitStatus=2 75 77 78\n');
  expect(unit).toContain('ProtectHome=yes\n');
});

test.each([
  { node: '/home/a/node', script: '/opt/x/dist/main.js', config: null },
  { node: '/usr/bin/node', script: '/root/mtrade/dist/main.js', config: null },
  { node: '/usr/bin/node', script: '/opt/x/dist/main.js', config: '/home/a/mtrade.toml' },
])('what lies in a home directory stays readable, and the unit says what else it needs: %o', (options) => {
  const unit = systemdUnit(options);

  expect(unit).toContain('ProtectHome=read-only\n');
  expect(unit).not.toContain('ProtectHome=yes');
  expect(unit).toContain('chmod o+x');
});

test('a stop has more time than the 30 s for which orders in flight are followed', () => {
  const unit = systemdUnit({ node: '/usr/bin/node', script: '/opt/x/dist/main.js', config: null });

  expect(Number(/^TimeoutStopSec=(\d+)s$/m.exec(unit)?.[1])).toBeGreaterThanOrEqual(40);
});
