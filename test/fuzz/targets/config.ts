import { ExitCode, MtradeError } from '@mtrade/base';
import { configFromDocument, configTemplate, type ResolvedConfig, resolveConfig } from '@mtrade/config';
import type { Random } from '../../simulation/random.js';
import { mutateBytes, mutateText } from '../mutate.js';
import { requireCleanPrototype } from '../promises.js';
import { Broken, type Target } from '../target.js';

const SMALL = `
mode = "live"
data_dir = "/var/lib/mtrade"
[exchange]
fee_pct = "0.2"
[engine]
debounce_ms = 100
stale_after_ms = 5000
urgent_queue_size = 100
[ladder]
base_order = "10"
safety_orders = 7
step_pct = "1.5"
[control]
listen = "127.0.0.1:5000"
[[pairs]]
symbol = "ETH/USDT"
trade = true
[pairs.ladder]
take_profit_pct = "0.8"
[[pairs]]
symbol = "BTC_USDT"
`;
const WHOLE = configTemplate({ mode: 'paper', symbols: ['ETH/USDT', 'BTC/USDT'], baseOrder: '10' });
const BOM = '\ufeff';
const VARIABLES = ['MTRADE__MODE', 'MTRADE__ENGINE__DEBOUNCE_MS', 'MTRADE__PAIRS__ETH_USDT__TRADE', 'MTRADE____PROTO____X', 'MTRADE__LADDER__BASE_ORDER', 'MTRADE__']; // prettier-ignore
const VALUES = [
  '',
  '-1',
  '1e999',
  'NaN',
  '99999999999999999999',
  'true',
  '[',
  '"',
  '\u0000',
  '{"__proto__":{"x":1}}',
  'live',
  '0.1',
];

/** A configuration is either one that the engine can run with, or refused with 78 (C01, C03, S10). */
export const config: Target = {
  open: () => {
    return Promise.resolve({
      step: (random) => {
        for (let count = 0; count < BATCH; count += 1) tryOne(random);
        return Promise.resolve(BATCH);
      },
      close: () => Promise.resolve(),
    });
  },
};

const BATCH = 8;

function tryOne(random: Random): void {
  const text = random.chance(0.3) ? WHOLE : SMALL;
  const changed = mutateText(text, random);
  const bytes = Buffer.from(random.chance(0.1) ? BOM + changed : changed);
  const file = random.chance(0.3) ? mutateBytes(bytes, random) : bytes;
  const env = random.chance(0.2) ? { [random.pick(VARIABLES)]: random.pick(VALUES) } : {};
  let resolved: ResolvedConfig;
  try {
    resolved = resolveConfig(
      { argvPath: '/etc/mtrade.toml', env, cwd: '/', home: '/home/trader' },
      { fs: { readFile: () => file, exists: () => true } },
    );
  } catch (error) {
    if (!(error instanceof MtradeError) || error.exitCode !== ExitCode.badConfig)
      throw new Broken(
        `refused with ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        file,
      );
    requireCleanPrototype(file);
    return;
  }
  requireCleanPrototype(file);
  requireRunnable(resolved, file);
}

/** What was accepted crosses to the workers as plain data and means the same there, and no amount is out of order. */
function requireRunnable({ config: accepted, document }: ResolvedConfig, file: Buffer): void {
  const again = configFromDocument(structuredClone(document));
  if (JSON.stringify(again) !== JSON.stringify(accepted))
    throw new Broken('a worker would read it otherwise', file);
  for (const { ladder, symbol } of accepted.pairs) {
    if (!ladder.baseOrder.gt('0') || !Number.isSafeInteger(ladder.safetyOrders) || ladder.safetyOrders < 0)
      throw new Broken(`${symbol} would buy for ${ladder.baseOrder.toFixed()}`, file);
    if (!/^[A-Z0-9]+\/[A-Z0-9]+$/.test(symbol)) throw new Broken(`a pair ${symbol}`, file);
  }
  if (new Set(accepted.pairs.map(({ symbol }) => symbol)).size !== accepted.pairs.length)
    throw new Broken('a pair twice', file);
  for (const value of Object.values(accepted.engine))
    if (typeof value === 'number' && !(Number.isFinite(value) && value >= 0))
      throw new Broken(`a value of ${value}`, file);
}
