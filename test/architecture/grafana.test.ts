import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const directory = fileURLToPath(new URL('../../docs/grafana/', import.meta.url));
const read = (name: string): string => readFileSync(directory + name, 'utf8');
const hasPromtool = spawnSync('promtool', ['--version']).error === undefined;

const promtool = (...args: string[]): { status: number | null; said: string } => {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: directory, encoding: 'utf8' });
  return { status, said: stdout + stderr };
};

describe('alert rules', () => {
  const rules = [...read('alerts.yml').matchAll(/- alert: (\w+)/g)].map(([, name]) => name);

  test('each is seen quiet and firing in its unit tests, and explained in README.md', () => {
    const tests = read('alerts.test.yml').split(/^ {2}- name: /m);
    expect(rules.length).toBeGreaterThan(20);
    for (const name of rules) {
      const own = tests.find((one) => one.startsWith(`${name}\n`)) ?? '';
      expect(own).toMatch(new RegExp(`alertname: ${name}\\s+exp_alerts: \\[\\]`));
      expect(own).toMatch(new RegExp(`alertname: ${name}\\s+exp_alerts:\\s+- exp_labels:`));
      expect(read('README.md')).toContain(`\`${name}\``);
    }
  });

  test.skipIf(!hasPromtool)(
    'are accepted by promtool and pass its tests (skipped where the Debian package prometheus is missing)',
    () => {
      expect(promtool('check', 'rules', 'alerts.yml')).toMatchObject({ status: 0 });
      expect(promtool('test', 'rules', 'alerts.test.yml')).toMatchObject({ status: 0 });
    },
  );
});

describe('the board', () => {
  interface Panel {
    readonly id: number;
    readonly type: string;
    readonly title: string;
    readonly datasource?: { readonly uid: string };
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
  }
  const board = JSON.parse(read('mtrade.json').replace('"__inputs"', '"inputs"')) as {
    readonly inputs: readonly { readonly name: string; readonly pluginId: string }[];
    readonly panels: readonly Panel[];
  };

  const questions = board.panels.filter(({ type }) => type !== 'row');

  test('asks for one Prometheus data source when it is imported, and uses no other', () => {
    expect(board.inputs).toMatchObject([{ name: 'DS_PROMETHEUS', pluginId: 'prometheus' }]);
    for (const { datasource, targets = [] } of questions)
      for (const one of [datasource, ...targets.map((target) => target.datasource)])
        expect(one?.uid).toBe('${DS_PROMETHEUS}');
  });

  test('has its rows, panels with questions, and no two panels in one place', () => {
    expect(board.panels.filter(({ type }) => type === 'row').map(({ title }) => title)).toEqual([
      'Health at a glance',
      'Pairs',
      'Latency',
      'Orders',
      'Feed',
      'Resources',
    ]);
    expect(new Set(board.panels.map(({ id }) => id)).size).toBe(board.panels.length);
    const taken = new Set<string>();
    for (const { title, targets = [] } of questions)
      expect([title, targets.length > 0]).toEqual([title, true]);
    for (const { title, gridPos } of board.panels) {
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect([title, taken.has(`${x} ${y}`), x < 24]).toEqual([title, false, true]);
          taken.add(`${x} ${y}`);
        }
    }
  });
});
