import type { LadderRow } from '../api/types.js';
import { money, percent, price } from '../format.js';

type Row = LadderRow & { readonly state?: string };

const STATES: Readonly<Record<string, string>> = { bought: 'bought', current: 'here', next: 'next' };

/** The break-even table; the row that the pair stands on is marked, and rows that would lose money are. */
export function LadderTable({
  rows,
  lossRows,
}: {
  readonly rows: readonly Row[];
  readonly lossRows: readonly number[];
}) {
  const hasStop = rows.some(({ stop_price }) => stop_price !== undefined);
  return (
    <div class="scroll">
      <table class="ladder" data-testid="ladder">
        <thead>
          <tr>
            <th scope="col" class="num">
              Step
            </th>
            <th scope="col" class="num narrow">
              Drop
            </th>
            <th scope="col" class="num">
              Price
            </th>
            <th scope="col" class="num">
              Buys for
            </th>
            <th scope="col" class="num wide">
              In all
            </th>
            <th scope="col" class="num wide">
              Break-even
            </th>
            <th scope="col" class="num">
              Sale
            </th>
            {hasStop && (
              <th scope="col" class="num wide">
                Stop
              </th>
            )}
            <th scope="col" class="narrow" aria-label="State" />
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={row.step}
              class={`row-${row.state ?? 'ahead'} ${lossRows.includes(row.step) ? 'row-loss' : ''}`}
              aria-current={row.state === 'current' ? 'step' : undefined}
            >
              <th scope="row" class="num">
                {row.step}
              </th>
              <td class="num narrow">{percent(row.drop_pct)}</td>
              <td class="num" title={row.rate}>
                {price(row.rate)}
              </td>
              <td class="num">{money(row.purchase)}</td>
              <td class="num wide">{money(row.invested)}</td>
              <td class="num wide">{price(row.breakeven)}</td>
              <td class="num">{price(row.sell_price)}</td>
              {hasStop && <td class="num wide">{price(row.stop_price)}</td>}
              <td class="narrow">
                {lossRows.includes(row.step) ? (
                  <span class="badge bad">loses</span>
                ) : (
                  STATES[row.state ?? ''] !== undefined && (
                    <span class={`badge ${row.state === 'next' ? 'busy' : 'good'}`}>
                      {STATES[row.state ?? '']}
                    </span>
                  )
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
