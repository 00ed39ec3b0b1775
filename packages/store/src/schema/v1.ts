/**
 * Version 1: the whole set of books.
 *
 * Amounts are plain decimal text, times are Unix milliseconds, switches are 0 or 1, lists are JSON. What must never
 * happen is refused here and not only in the code: a constraint names it, or a trigger aborts with one upper-case word.
 *
 *   FENCED      an engine that has been replaced writes an intent
 *   FORBIDDEN   a buy for a pair without permission       PAUSED    a start buy for a paused pair
 *   STOPPED     a buy while the engine is switched off    ATTENTION a buy for a pair that a human must look at
 *   CLOSED      an intent for a cycle that is over        MISMATCH  rows that disagree about pair, side or cycle
 *   TERMINAL    an ended intent or cycle changes state    ILLEGAL   a move that the state machine does not have
 *   UNPROVEN    NEVER without two complete scans that began after the order's deadline
 *   FROZEN      what was fixed when the row was written   PERMANENT a row of the books is deleted
 */

/** Digits with at most one point between digits. */
const unsignedShape = (value: string): string =>
  `(${value} GLOB '[0-9]*' AND ${value} GLOB '*[0-9]' AND ${value} NOT GLOB '*[^0-9.]*' AND ${value} NOT GLOB '*.*.*')`;

const unsigned = (column: string): string => `CHECK (${unsignedShape(column)})`;
const signed = (column: string): string =>
  `CHECK (${unsignedShape(`(CASE WHEN ${column} GLOB '-*' THEN substr(${column}, 2) ELSE ${column} END)`)})`;
const positive = (column: string): string => `CHECK (${unsignedShape(column)} AND ${column} GLOB '*[1-9]*')`;

const OPEN = `'SUBMITTED', 'UNKNOWN', 'ACKED', 'LIVE', 'SETTLING', 'QUARANTINED'`;
const ENDED = `'REJECTED', 'NEVER', 'FILLED', 'PARTIAL', 'KILLED'`;
const OVER = `'closed', 'reset', 'abandoned'`;

/** Where each open state may go. Nothing leads back to SUBMITTED: an order is sent once. */
const MOVES: Readonly<Record<string, string>> = {
  SUBMITTED: `'ACKED', 'SETTLING', 'KILLED', 'REJECTED', 'UNKNOWN', 'QUARANTINED'`,
  UNKNOWN: `'ACKED', 'SETTLING', 'NEVER', 'KILLED', 'FILLED', 'PARTIAL', 'QUARANTINED'`,
  ACKED: `'LIVE', 'SETTLING', 'FILLED', 'PARTIAL', 'KILLED', 'UNKNOWN', 'QUARANTINED'`,
  LIVE: `'SETTLING', 'FILLED', 'PARTIAL', 'KILLED', 'QUARANTINED'`,
  SETTLING: `'FILLED', 'PARTIAL', 'KILLED', 'UNKNOWN', 'QUARANTINED'`,
  QUARANTINED: `'ACKED', 'SETTLING', 'NEVER', 'KILLED', 'FILLED', 'PARTIAL', 'UNKNOWN'`,
};

const illegalMove = Object.entries(MOVES)
  .map(([from, to]) => `(OLD.state = '${from}' AND NEW.state NOT IN ('${from}', ${to}))`)
  .join('\n      OR ');

export const V1 = `
CREATE TABLE meta (
  id         INTEGER PRIMARY KEY CHECK (id = 1),
  install_id TEXT NOT NULL CHECK (length(install_id) = 4),
  mode       TEXT NOT NULL CHECK (mode IN ('paper', 'testnet', 'live')),
  exchange   TEXT NOT NULL CHECK (exchange <> ''),
  account    TEXT NOT NULL CHECK (account <> ''),
  created_ms INTEGER NOT NULL
) STRICT;

-- Who may write. A new engine raises the epoch; from then on the old one is fenced.
CREATE TABLE lease (
  id            INTEGER PRIMARY KEY CHECK (id = 1),
  epoch         INTEGER NOT NULL CHECK (epoch >= 0),
  start_nonce   TEXT NOT NULL CHECK (length(start_nonce) = 4),
  pid           INTEGER NOT NULL,
  boot_id       TEXT NOT NULL,
  process_start TEXT NOT NULL,
  started_ms    INTEGER NOT NULL
) STRICT;

CREATE TABLE engine (
  id      INTEGER PRIMARY KEY CHECK (id = 1),
  trading INTEGER NOT NULL CHECK (trading IN (0, 1))
) STRICT;

CREATE TABLE pair (
  symbol          TEXT PRIMARY KEY CHECK (symbol GLOB '?*/?*' AND symbol NOT GLOB '*/*/*' AND symbol = upper(symbol)),
  permitted       INTEGER NOT NULL CHECK (permitted IN (0, 1)),
  paused          INTEGER NOT NULL CHECK (paused IN (0, 1)),
  attention       TEXT,
  cycles_started  INTEGER NOT NULL CHECK (cycles_started >= 0),
  dust_base       TEXT NOT NULL ${unsigned('dust_base')},
  dust_cost       TEXT NOT NULL ${unsigned('dust_cost')},
  realized_profit TEXT NOT NULL ${signed('realized_profit')},
  retry_at_ms     INTEGER NOT NULL,
  failures        INTEGER NOT NULL CHECK (failures >= 0),
  decisions       INTEGER NOT NULL CHECK (decisions >= 0)
) STRICT;

CREATE TABLE cycle (
  id             INTEGER PRIMARY KEY CHECK (id >= 1),
  symbol         TEXT NOT NULL REFERENCES pair (symbol),
  number         INTEGER NOT NULL CHECK (number >= 1),
  state          TEXT NOT NULL CHECK (state IN ('buying', 'active', ${OVER})),
  params         TEXT NOT NULL CHECK (json_valid(params)),
  ladder         TEXT CHECK (ladder IS NULL OR json_valid(ladder)),
  step           INTEGER NOT NULL CHECK (step >= 0),
  start_price    TEXT ${positive('start_price')},
  last_buy_price TEXT ${positive('last_buy_price')},
  base_volume    TEXT NOT NULL ${unsigned('base_volume')},
  invested       TEXT NOT NULL ${unsigned('invested')},
  proceeds       TEXT NOT NULL ${signed('proceeds')},
  profit         TEXT ${signed('profit')},
  started_ms     INTEGER NOT NULL,
  last_fill_ms   INTEGER,
  closed_ms      INTEGER,
  UNIQUE (symbol, number),
  CONSTRAINT active_has_volume CHECK (state <> 'active' OR base_volume GLOB '*[1-9]*'),
  CONSTRAINT active_has_ladder CHECK (state <> 'active' OR (start_price IS NOT NULL AND ladder IS NOT NULL)),
  CONSTRAINT over_is_complete CHECK ((state IN (${OVER})) = (closed_ms IS NOT NULL AND profit IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX one_cycle ON cycle (symbol) WHERE state IN ('buying', 'active');

CREATE TRIGGER cycle_frozen BEFORE UPDATE ON cycle
  WHEN NEW.id <> OLD.id OR NEW.symbol <> OLD.symbol OR NEW.number <> OLD.number OR NEW.params <> OLD.params
    OR NEW.started_ms <> OLD.started_ms
    OR (OLD.ladder IS NOT NULL AND NEW.ladder IS NOT OLD.ladder)
    OR (OLD.start_price IS NOT NULL AND NEW.start_price IS NOT OLD.start_price)
  BEGIN SELECT RAISE(ABORT, 'FROZEN'); END;
CREATE TRIGGER cycle_terminal BEFORE UPDATE ON cycle
  WHEN OLD.state IN (${OVER}) AND NEW.state <> OLD.state
  BEGIN SELECT RAISE(ABORT, 'TERMINAL'); END;
CREATE TRIGGER cycle_moves BEFORE UPDATE ON cycle
  WHEN OLD.state = 'active' AND NEW.state = 'buying'
  BEGIN SELECT RAISE(ABORT, 'ILLEGAL'); END;
CREATE TRIGGER cycle_permanent BEFORE DELETE ON cycle BEGIN SELECT RAISE(ABORT, 'PERMANENT'); END;

CREATE TABLE intent (
  id                INTEGER PRIMARY KEY CHECK (id >= 1),
  client_order_id   TEXT NOT NULL UNIQUE CHECK (length(client_order_id) BETWEEN 1 AND 36),
  epoch             INTEGER NOT NULL,
  mode              TEXT NOT NULL,
  exchange          TEXT NOT NULL,
  account           TEXT NOT NULL,
  symbol            TEXT NOT NULL REFERENCES pair (symbol),
  side              TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
  purpose           TEXT NOT NULL CHECK (purpose IN ('start', 'average', 'take-profit', 'manual-sell', 'stop-loss')),
  cycle_id          INTEGER NOT NULL REFERENCES cycle (id),
  decision_no       INTEGER NOT NULL CHECK (decision_no >= 0),
  step              INTEGER NOT NULL CHECK (step >= 0),
  type              TEXT NOT NULL CHECK (type IN ('market', 'limit')),
  time_in_force     TEXT NOT NULL,
  base_amount       TEXT ${positive('base_amount')},
  quote_amount      TEXT ${positive('quote_amount')},
  limit_price       TEXT ${positive('limit_price')},
  state             TEXT NOT NULL CHECK (state IN (${OPEN}, ${ENDED})),
  created_ms        INTEGER NOT NULL,
  deadline_ms       INTEGER NOT NULL,                  -- clock of the exchange
  offset_error_ms   INTEGER NOT NULL CHECK (offset_error_ms >= 0),
  exchange_order_id TEXT,
  finish_as         TEXT,
  filled_base       TEXT ${unsigned('filled_base')},
  filled_quote      TEXT ${unsigned('filled_quote')},
  proof             TEXT NOT NULL CHECK (json_valid(proof) AND json_type(proof) = 'array'),
  closed_ms         INTEGER,
  CONSTRAINT one_amount CHECK ((base_amount IS NULL) <> (quote_amount IS NULL)),
  CONSTRAINT limit_has_price CHECK ((type = 'limit') = (limit_price IS NOT NULL)),
  CONSTRAINT ended_is_closed CHECK ((state IN (${ENDED})) = (closed_ms IS NOT NULL))
) STRICT;
-- Every state that is not an end is in here. An index over some of them let two buys through.
CREATE UNIQUE INDEX one_open ON intent (exchange, account, symbol, side, mode) WHERE state IN (${OPEN});
CREATE INDEX intent_by_cycle ON intent (cycle_id);

CREATE TRIGGER intent_fenced BEFORE INSERT ON intent
  WHEN NEW.epoch <> (SELECT epoch FROM lease)
  BEGIN SELECT RAISE(ABORT, 'FENCED'); END;
CREATE TRIGGER intent_born BEFORE INSERT ON intent
  WHEN NEW.state <> 'SUBMITTED'
  BEGIN SELECT RAISE(ABORT, 'ILLEGAL'); END;
CREATE TRIGGER intent_stopped BEFORE INSERT ON intent
  WHEN NEW.side = 'buy' AND (SELECT trading FROM engine) = 0
  BEGIN SELECT RAISE(ABORT, 'STOPPED'); END;
CREATE TRIGGER intent_forbidden BEFORE INSERT ON intent
  WHEN NEW.side = 'buy' AND (SELECT permitted FROM pair WHERE symbol = NEW.symbol) = 0
  BEGIN SELECT RAISE(ABORT, 'FORBIDDEN'); END;
CREATE TRIGGER intent_paused BEFORE INSERT ON intent
  WHEN NEW.purpose = 'start' AND (SELECT paused FROM pair WHERE symbol = NEW.symbol) = 1
  BEGIN SELECT RAISE(ABORT, 'PAUSED'); END;
CREATE TRIGGER intent_attention BEFORE INSERT ON intent
  WHEN NEW.side = 'buy' AND (SELECT attention FROM pair WHERE symbol = NEW.symbol) IS NOT NULL
  BEGIN SELECT RAISE(ABORT, 'ATTENTION'); END;
CREATE TRIGGER intent_belongs BEFORE INSERT ON intent
  WHEN (SELECT symbol FROM cycle WHERE id = NEW.cycle_id) <> NEW.symbol
    OR NOT EXISTS (SELECT 1 FROM meta WHERE mode = NEW.mode AND exchange = NEW.exchange AND account = NEW.account)
  BEGIN SELECT RAISE(ABORT, 'MISMATCH'); END;
CREATE TRIGGER intent_of_open_cycle BEFORE INSERT ON intent
  WHEN (SELECT state FROM cycle WHERE id = NEW.cycle_id) IN (${OVER})
  BEGIN SELECT RAISE(ABORT, 'CLOSED'); END;
CREATE TRIGGER intent_frozen BEFORE UPDATE ON intent
  WHEN NEW.id <> OLD.id OR NEW.client_order_id <> OLD.client_order_id OR NEW.epoch <> OLD.epoch
    OR NEW.mode <> OLD.mode OR NEW.exchange <> OLD.exchange OR NEW.account <> OLD.account
    OR NEW.symbol <> OLD.symbol OR NEW.side <> OLD.side OR NEW.purpose <> OLD.purpose
    OR NEW.cycle_id <> OLD.cycle_id OR NEW.decision_no <> OLD.decision_no OR NEW.step <> OLD.step
    OR NEW.type <> OLD.type OR NEW.time_in_force <> OLD.time_in_force
    OR NEW.base_amount IS NOT OLD.base_amount OR NEW.quote_amount IS NOT OLD.quote_amount
    OR NEW.limit_price IS NOT OLD.limit_price OR NEW.created_ms <> OLD.created_ms
    OR NEW.deadline_ms <> OLD.deadline_ms OR NEW.offset_error_ms <> OLD.offset_error_ms
  BEGIN SELECT RAISE(ABORT, 'FROZEN'); END;
CREATE TRIGGER intent_terminal BEFORE UPDATE ON intent
  WHEN OLD.state IN (${ENDED}) AND NEW.state <> OLD.state
  BEGIN SELECT RAISE(ABORT, 'TERMINAL'); END;
CREATE TRIGGER intent_moves BEFORE UPDATE ON intent
  WHEN ${illegalMove}
  BEGIN SELECT RAISE(ABORT, 'ILLEGAL'); END;
CREATE TRIGGER intent_unproven BEFORE UPDATE ON intent
  WHEN NEW.state = 'NEVER' AND OLD.state <> 'NEVER' AND 2 > (
    SELECT count(*) FROM json_each(NEW.proof) AS scan
    WHERE json_extract(scan.value, '$.complete') AND json_extract(scan.value, '$.startedAtMs') > NEW.deadline_ms)
  BEGIN SELECT RAISE(ABORT, 'UNPROVEN'); END;
CREATE TRIGGER intent_permanent BEFORE DELETE ON intent BEGIN SELECT RAISE(ABORT, 'PERMANENT'); END;

CREATE TABLE fill (
  exchange    TEXT NOT NULL,
  symbol      TEXT NOT NULL REFERENCES pair (symbol),
  trade_id    TEXT NOT NULL CHECK (trade_id <> ''),
  intent_id   INTEGER NOT NULL REFERENCES intent (id),
  cycle_id    INTEGER NOT NULL REFERENCES cycle (id),
  side        TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
  base_amount TEXT NOT NULL ${positive('base_amount')},
  price       TEXT NOT NULL ${positive('price')},
  fee         TEXT NOT NULL ${signed('fee')},
  fee_coin    TEXT NOT NULL,
  role        TEXT NOT NULL CHECK (role IN ('maker', 'taker', 'unknown')),
  epoch_ms    INTEGER NOT NULL,
  PRIMARY KEY (exchange, symbol, trade_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX fill_by_cycle ON fill (cycle_id);

CREATE TRIGGER fill_belongs BEFORE INSERT ON fill
  WHEN EXISTS (SELECT 1 FROM intent WHERE id = NEW.intent_id)
    AND NOT EXISTS (SELECT 1 FROM intent WHERE id = NEW.intent_id AND exchange = NEW.exchange
                      AND symbol = NEW.symbol AND side = NEW.side AND cycle_id = NEW.cycle_id)
  BEGIN SELECT RAISE(ABORT, 'MISMATCH'); END;
CREATE TRIGGER fill_frozen BEFORE UPDATE ON fill BEGIN SELECT RAISE(ABORT, 'FROZEN'); END;
CREATE TRIGGER fill_permanent BEFORE DELETE ON fill BEGIN SELECT RAISE(ABORT, 'PERMANENT'); END;

-- Every change of a pair's dust, signed, with the cycle that left it or took it over.
CREATE TABLE dust (
  id       INTEGER PRIMARY KEY,
  symbol   TEXT NOT NULL REFERENCES pair (symbol),
  cycle_id INTEGER REFERENCES cycle (id),
  base     TEXT NOT NULL ${signed('base')},
  cost     TEXT NOT NULL ${signed('cost')},
  epoch_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX dust_by_symbol ON dust (symbol);
CREATE TRIGGER dust_frozen BEFORE UPDATE ON dust BEGIN SELECT RAISE(ABORT, 'FROZEN'); END;
CREATE TRIGGER dust_permanent BEFORE DELETE ON dust BEGIN SELECT RAISE(ABORT, 'PERMANENT'); END;

-- What happened, written in the transaction in which it happened. Old lines may be dropped, never changed.
CREATE TABLE journal (
  id       INTEGER PRIMARY KEY,
  epoch_ms INTEGER NOT NULL,
  symbol   TEXT,
  event    TEXT NOT NULL CHECK (event <> ''),
  details  TEXT NOT NULL CHECK (json_valid(details))
) STRICT;
CREATE INDEX journal_by_symbol ON journal (symbol, id);
CREATE TRIGGER journal_frozen BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'FROZEN'); END;

CREATE TRIGGER meta_frozen BEFORE UPDATE ON meta BEGIN SELECT RAISE(ABORT, 'FROZEN'); END;
CREATE TRIGGER meta_permanent BEFORE DELETE ON meta BEGIN SELECT RAISE(ABORT, 'PERMANENT'); END;
CREATE TRIGGER lease_grows BEFORE UPDATE ON lease
  WHEN NEW.epoch <= OLD.epoch BEGIN SELECT RAISE(ABORT, 'ILLEGAL'); END;
CREATE TRIGGER lease_permanent BEFORE DELETE ON lease BEGIN SELECT RAISE(ABORT, 'PERMANENT'); END;
`;
