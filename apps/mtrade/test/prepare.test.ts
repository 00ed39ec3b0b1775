import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../scripts/prepare.mjs', import.meta.url));

let tools: string;
beforeEach(() => {
  tools = mkdtempSync(join(tmpdir(), 'mtrade-tools-'));
});
afterEach(() => rmSync(tools, { recursive: true }));

/** Runs the script with `npm` and `npx` that do this instead. */
function prepare(does: string) {
  for (const name of ['npm', 'npx']) {
    const path = join(tools, name);
    writeFileSync(path, `#!/bin/sh\n${does}\n`);
    chmodSync(path, 0o755);
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT], {
    env: { PATH: `${tools}:/usr/bin:/bin` },
    encoding: 'utf8',
  });
  return { status, text: stdout + stderr };
}

describe('what npm start does before the engine', () => {
  test('says nothing when all is well, whatever the tools say', () => {
    expect(prepare('echo "a banner"; echo "a warning" >&2')).toEqual({ status: 0, text: '' });
  });

  test('shows all that a tool has said when it fails, and ends with its code', () => {
    const { status, text } = prepare('echo "error TS2322: no number"; echo "1 failed" >&2; exit 3');

    expect(status).toBe(3);
    expect(text).toMatch(/error TS2322: no number\n[^]*1 failed\n[^]*mtrade: .* failed \(/);
  });

  test('a compiler that fails is told with what it needs; it gets the headers that Node brings along', () => {
    const { text } = prepare(
      'echo "gyp ERR! find Python, node-gyp failed; nodedir=$npm_config_nodedir"; exit 1',
    );
    const prefix = dirname(dirname(realpathSync(process.execPath)));
    const isThere = existsSync(join(prefix, 'include/node/node_version.h'));

    expect(text).toContain(`nodedir=${isThere ? prefix : ''}\n`);
    expect(text).toMatch(
      /mtrade: a native module could not be built\. It needs python3, make and g\+\+; .*headers of Node/,
    );
  });

  test('says what it is at while a tool takes its time', () => {
    expect(prepare('sleep 2').text).toMatch(/^mtrade: building what has changed \.\.\.\n$/m);
  });
});
