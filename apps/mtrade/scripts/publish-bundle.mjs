import { existsSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** So many stay, the youngest: an engine may still run from one of them. */
const KEPT = 4;

/**
 * Moves the finished bundle `fresh` to `bundles/<name>`, lets `prepare` work on it there, and lets `bundles/current` name
 * it. Each bundle keeps a directory of its own, so a running engine finds its threads and late files there, whatever is
 * built beside it. `name` stands for the content: the same content twice is one bundle.
 */
export async function publishBundle(bundles, fresh, name, prepare = async () => undefined) {
  const place = join(bundles, name);
  if (existsSync(place)) {
    rmSync(fresh, { recursive: true, force: true });
    utimesSync(place, new Date(), new Date());
  } else renameSync(fresh, place);
  await prepare(place);

  // A start beside this takes the old one or the new one, and never half of each.
  const next = join(bundles, `.current-${process.pid}`);
  writeFileSync(next, `${name}\n`);
  renameSync(next, join(bundles, 'current'));

  const others = readdirSync(bundles, { withFileTypes: true })
    .filter((entry) => entry.name !== 'current' && entry.name !== name)
    .map((entry) => ({
      path: join(bundles, entry.name),
      builtMs: statSync(join(bundles, entry.name)).mtimeMs,
    }))
    .toSorted((a, b) => b.builtMs - a.builtMs);
  for (const { path } of others.slice(KEPT - 1)) rmSync(path, { recursive: true, force: true });
}
