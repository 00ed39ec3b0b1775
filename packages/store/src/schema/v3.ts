/**
 * Version 3: positions with a protective stop.
 *
 * A stop is an intent that the exchange holds back until a price is reached: it has that price, the exchange's own id
 * of it, and a state in which it rests there. `position` is the protected side of a cycle; cycles without a stop have
 * no row. Each promise has the same word as in version 1.
 */
const OPEN = `'pending_entry', 'entry_placed', 'pending_sl', 'active'`;
const ENDED = `'failed', 'rolled_back', 'closed'`;

const amount = (column: string): string =>
  `(${column} GLOB '[0-9]*' AND ${column} GLOB '*[0-9]' AND ${column} NOT GLOB '*[^0-9.]*' AND ${column} NOT GLOB '*.*.*'
    AND ${column} GLOB '*[1-9]*')`;

const INTENT_MOVES: Readonly<Record<string, string>> = {
  SUBMITTED: `'ACKED', 'LIVE', 'SETTLING', 'KILLED', 'REJECTED', 'UNKNOWN', 'QUARANTINED'`,
  UNKNOWN: `'ACKED', 'LIVE', 'SETTLING', 'NEVER', 'KILLED', 'FILLED', 'PARTIAL', 'QUARANTINED'`,
  ACKED: `'LIVE', 'SETTLING', 'FILLED', 'PARTIAL', 'KILLED', 'UNKNOWN', 'QUARANTINED'`,
  LIVE: `'SETTLING', 'FILLED', 'PARTIAL', 'KILLED', 'QUARANTINED'`,
  SETTLING: `'FILLED', 'PARTIAL', 'KILLED', 'UNKNOWN', 'QUARANTINED'`,
  QUARANTINED: `'ACKED', 'LIVE', 'SETTLING', 'NEVER', 'KILLED', 'FILLED', 'PARTIAL', 'UNKNOWN'`,
};

const POSITION_MOVES: Readonly<Record<string, string>> = {
  pending_entry: `'entry_placed', 'pending_sl', 'failed', 'closed'`,
  entry_placed: `'pending_sl', 'failed', 'closed'`,
  pending_sl: `'active', 'rolled_back', 'closed'`,
  active: `'pending_sl', 'closed'`,
};

const illegal = (moves: Readonly<Record<string, string>>): string =>
  Object.entries(moves)
    .map(([from, to]) => `(OLD.state = '${from}' AND NEW.state NOT IN ('${from}', ${to}))`)
    .join('\n      OR ');

export const V3 = `
ALTER TABLE intent ADD COLUMN trigger_price TEXT CHECK (trigger_price IS NULL OR ${amount('trigger_price')});
ALTER TABLE intent ADD COLUMN stop_id TEXT CHECK (stop_id <> '' AND (stop_id IS NULL OR trigger_price IS NOT NULL));
-- One stop at the exchange is one intent: what has been adopted once is nobody else's.
CREATE UNIQUE INDEX one_stop ON intent (exchange, account, symbol, stop_id, mode) WHERE stop_id IS NOT NULL;

CREATE TRIGGER intent_stop BEFORE INSERT ON intent
  WHEN NEW.trigger_price IS NOT NULL AND (NEW.side <> 'sell' OR NEW.purpose <> 'stop-loss' OR NEW.base_amount IS NULL)
  BEGIN SELECT RAISE(ABORT, 'MISMATCH'); END;
CREATE TRIGGER intent_stop_frozen BEFORE UPDATE ON intent
  WHEN NEW.trigger_price IS NOT OLD.trigger_price OR (OLD.stop_id IS NOT NULL AND NEW.stop_id IS NOT OLD.stop_id)
  BEGIN SELECT RAISE(ABORT, 'FROZEN'); END;
DROP TRIGGER intent_moves;
CREATE TRIGGER intent_moves BEFORE UPDATE ON intent
  WHEN ${illegal(INTENT_MOVES)}
  BEGIN SELECT RAISE(ABORT, 'ILLEGAL'); END;

CREATE TABLE position (
  cycle_id             INTEGER PRIMARY KEY REFERENCES cycle (id),
  mode                 TEXT NOT NULL,
  exchange             TEXT NOT NULL,
  account              TEXT NOT NULL,
  symbol               TEXT NOT NULL REFERENCES pair (symbol),
  state                TEXT NOT NULL CHECK (state IN (${OPEN}, ${ENDED})),
  stop_volume          TEXT CHECK (stop_volume IS NULL OR ${amount('stop_volume')}),
  rollback             TEXT CHECK (rollback IN ('refused', 'trigger-passed')),
  refusals             INTEGER NOT NULL CHECK (refusals >= 0),
  retry_at_ms          INTEGER NOT NULL,
  unprotected_since_ms INTEGER,
  opened_ms            INTEGER NOT NULL,
  closed_ms            INTEGER,
  CONSTRAINT position_ended_is_closed CHECK ((state IN (${ENDED})) = (closed_ms IS NOT NULL)),
  CONSTRAINT rolled_back_has_reason CHECK (state <> 'rolled_back' OR rollback IS NOT NULL),
  CONSTRAINT pending_has_time CHECK ((state = 'pending_sl') = (unprotected_since_ms IS NOT NULL))
) STRICT;
-- Every state that is not an end is in here, as with the intents.
CREATE UNIQUE INDEX one_position ON position (exchange, account, symbol, mode) WHERE state IN (${OPEN});

CREATE TRIGGER position_born BEFORE INSERT ON position
  WHEN NEW.state <> 'pending_entry' AND NOT EXISTS (SELECT 1 FROM position WHERE cycle_id = NEW.cycle_id)
  BEGIN SELECT RAISE(ABORT, 'ILLEGAL'); END;
CREATE TRIGGER position_belongs BEFORE INSERT ON position
  WHEN (SELECT symbol FROM cycle WHERE id = NEW.cycle_id) <> NEW.symbol
    OR NOT EXISTS (SELECT 1 FROM meta WHERE mode = NEW.mode AND exchange = NEW.exchange AND account = NEW.account)
  BEGIN SELECT RAISE(ABORT, 'MISMATCH'); END;
CREATE TRIGGER position_frozen BEFORE UPDATE ON position
  WHEN NEW.cycle_id <> OLD.cycle_id OR NEW.mode <> OLD.mode OR NEW.exchange <> OLD.exchange
    OR NEW.account <> OLD.account OR NEW.symbol <> OLD.symbol OR NEW.opened_ms <> OLD.opened_ms
  BEGIN SELECT RAISE(ABORT, 'FROZEN'); END;
CREATE TRIGGER position_terminal BEFORE UPDATE ON position
  WHEN OLD.state IN (${ENDED}) AND NEW.state <> OLD.state
  BEGIN SELECT RAISE(ABORT, 'TERMINAL'); END;
CREATE TRIGGER position_moves BEFORE UPDATE ON position
  WHEN ${illegal(POSITION_MOVES)}
  BEGIN SELECT RAISE(ABORT, 'ILLEGAL'); END;
CREATE TRIGGER position_permanent BEFORE DELETE ON position BEGIN SELECT RAISE(ABORT, 'PERMANENT'); END;
`;
