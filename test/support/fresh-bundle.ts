import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Real processes run the bundle: one that is older than what the compiler has written would be another program. */
export default function freshBundle(): void {
  const bundled = join(root, 'apps/mtrade/dist/bundle/current');
  const builtMs = existsSync(bundled) ? statSync(bundled).mtimeMs : 0;
  const compiled = [
    join(root, 'apps/mtrade/dist'),
    ...readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name, 'dist')),
  ];
  if (compiled.some((directory) => isNewer(directory, builtMs)))
    execFileSync(process.execPath, [join(root, 'apps/mtrade/scripts/bundle.mjs')], { stdio: 'inherit' });
}

const isNewer = (directory: string, thanMs: number): boolean =>
  readdirSync(directory, { withFileTypes: true }).some((entry) =>
    entry.isDirectory()
      ? entry.name !== 'bundle' && isNewer(join(directory, entry.name), thanMs)
      : entry.name.endsWith('.js') && statSync(join(directory, entry.name)).mtimeMs > thanMs,
  );
