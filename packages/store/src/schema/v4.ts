/**
 * Version 4: what a comparison of the account with the books has found.
 *
 * `compared` says up to when (clock of the exchange) the account's own trades were held against the ledger.
 * `foreign_install` knows the other installations of mtrade that were seen on the account. While one is neither
 * acknowledged nor silent since, nothing is bought:
 *
 *   FOREIGN     a buy while another installation trades on this account
 *
 * `discrepancy` has what was ordered in this installation's name and is not in the ledger; each is told once.
 */
export const V4 = `
CREATE TABLE compared (
  id    INTEGER PRIMARY KEY CHECK (id = 1),
  to_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE foreign_install (
  install_id      TEXT PRIMARY KEY CHECK (length(install_id) = 4),
  first_seen_ms   INTEGER NOT NULL,
  last_seen_ms    INTEGER NOT NULL,
  last_seen       TEXT NOT NULL,
  acknowledged_ms INTEGER
) STRICT;

CREATE TRIGGER intent_foreign BEFORE INSERT ON intent
  WHEN NEW.side = 'buy' AND EXISTS (
    SELECT 1 FROM foreign_install WHERE acknowledged_ms IS NULL OR acknowledged_ms < last_seen_ms)
  BEGIN SELECT RAISE(ABORT, 'FOREIGN'); END;

CREATE TABLE discrepancy (
  symbol          TEXT NOT NULL,
  kind            TEXT NOT NULL CHECK (kind IN ('orphan-order', 'orphan-trade', 'ended-order', 'late-trade')),
  reference       TEXT NOT NULL,
  client_order_id TEXT NOT NULL,
  seen_ms         INTEGER NOT NULL,
  PRIMARY KEY (symbol, kind, reference)
) STRICT, WITHOUT ROWID;
`;
