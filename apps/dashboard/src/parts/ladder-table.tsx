import type { LadderRow } from '../api/types.js';
import { money, percent, price } from '../format.js';
import { Fit } from './fit.js';

type Row = LadderRow & { readonly state?: string };

const STATES: Readonly<Record<string, string>> = { bought: 'bought', current: 'here', next: 'next' };
const EVEN = 'waits for break-even instead of its own target, and earns nothing';

function State({ row }: { readonly row: Row }) {
  const state = STATES[row.state ?? ''];
  if (state !== undefined)
    return <span class={`badge ${row.state === 'next' ? 'busy' : 'good'}`}>{state}</span>;
  if (!row.waits_for_breakeven) return null;
  return (
    <span class="badge hold" title={EVEN}>
      break-even
    </span>
  );
}

/**
 * The break-even table with the prices at which the engine sells; the row that the pair stands on is marked, and so are
 * the rows that earn nothing.
 */
export function LadderTable({ rows }: { readonly rows: readonly Row[] }) {
  const hasStop = rows.some(({ stop_price }) => stop_price !== undefined);
  return (
    <Fit>
      <table class="ladder" data-testid="ladder">
        <thead>
          <tr>
            <th scope="col" class="num">
              Row
            </th>
            <th scope="col" class="num give-4">
              Drop
            </th>
            <th scope="col" class="num">
              Price
            </th>
            <th scope="col" class="num">
              Buys for
            </th>
            <th scope="col" class="num give-2">
              Invested
            </th>
            <th scope="col" class="num give-1">
              Break-even
            </th>
            <th scope="col" class="num">
              Sells at
            </th>
            {hasStop && (
              <th scope="col" class="num give-5">
                Stop at
              </th>
            )}
            <th scope="col" class="give-6" aria-label="State" />
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={row.step}
              class={`row-${row.state ?? 'ahead'} ${row.waits_for_breakeven ? 'row-even' : ''}`}
              aria-current={row.state === 'current' ? 'step' : undefined}
            >
              <th scope="row" class="num">
                {row.step}
              </th>
              <td class="num give-4">{percent(row.drop_pct)}</td>
              <td class="num" title={row.rate}>
                {price(row.rate)}
              </td>
              <td class="num">{money(row.purchase)}</td>
              <td class="num give-2">{money(row.invested)}</td>
              <td class="num give-1" title={row.breakeven_after_fees}>
                {price(row.breakeven_after_fees)}
              </td>
              <td
                class="num sells"
                title={row.waits_for_breakeven ? `${row.sells_at}: ${EVEN}` : row.sells_at}
              >
                {price(row.sells_at)}
              </td>
              {hasStop && <td class="num give-5">{price(row.stop_price)}</td>}
              <td class="give-6">
                <State row={row} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Fit>
  );
}
