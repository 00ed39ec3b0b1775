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

test('an installation in a home directory stays readable', () => {
  expect(systemdUnit({ node: '/home/a/node', script: '/opt/x/dist/main.js', config: null })).toContain(
    'ProtectHome=read-only\n',
  );
});
