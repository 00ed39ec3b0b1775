import type { Command } from 'commander';
import { pairArgument, positiveDecimal } from '../arguments.js';
import type { Cli } from '../cli.js';
import { loadConfig } from '../load-config.js';

export function addLadderCommand(program: Command, cli: Cli): void {
  program
    .command('ladder')
    .description('print the break-even table of a pair, the quote it needs and the rows that earn nothing')
    .argument('<pair>', 'pair such as ETH/USDT')
    .option(
      '--price <price>',
      'price of the start buy, in quote per base; without it the price that a running engine sees',
      positiveDecimal,
    )
    .option('--json', 'one JSON object')
    .action(async (pair: string, options: { price?: string; json?: true }, command: Command) => {
      const symbol = await pairArgument(pair);
      const resolved = await loadConfig(cli, command);
      const { config, document } = resolved;
      const [
        { renderLadder },
        { ladderView },
        { configFromDocument },
        { ladderStart },
        { HUNDRED },
        { compareWithRunning, ladderNotice },
      ] = await Promise.all([
        import('../render/ladder.js'),
        import('@mtrade/runtime'),
        import('@mtrade/config'),
        import('../engine-ladder.js'),
        import('@mtrade/money'),
        import('../running-config.js'),
      ]);
      const configured = config.pairs.find((candidate) => candidate.symbol === symbol);
      if (configured === undefined)
        cli.note(
          `note: ${symbol} is not configured; this is the ladder it would have with the defaults of [ladder]`,
        );
      const [pairConfig] =
        configured === undefined
          ? configFromDocument({ ...document, pairs: [{ symbol, trade: false }] }).pairs
          : [configured];
      if (pairConfig === undefined) return;
      const { price, terms, notes } = await ladderStart(
        { dataDir: config.dataDir, symbol, price: options.price ?? null },
        { feeRate: config.exchange.feePct.div(HUNDRED) },
      );
      for (const note of [
        ...notes,
        ...ladderNotice(await compareWithRunning(resolved), symbol, document.pairs),
      ])
        cli.note(note);
      const view = ladderView(symbol, pairConfig.ladder, price, terms);
      for (const warning of view.warnings) cli.note(`warning: ${warning}`);
      if (options.json) return cli.out.json(view.json);
      cli.out.write(renderLadder(view.json, pairConfig.quote));
    });
}
