/**
 * Version 5: what a position with a stop needs to survive the death of its engine.
 *
 * `sell_until_ms`: the operator's sale waits for the end of the stop. `stop_outs`: cycles in a row that a stop has ended
 * with a loss. `last_exit`: what the engine did with a position that it could not protect. The index finds the rows of a
 * stop that lies on the exchange and is known by nothing but its price.
 */
export const V5 = `
ALTER TABLE position ADD COLUMN sell_until_ms INTEGER;
ALTER TABLE pair ADD COLUMN stop_outs INTEGER NOT NULL DEFAULT 0 CHECK (stop_outs >= 0);
ALTER TABLE pair ADD COLUMN last_exit TEXT CHECK (last_exit <> '');
CREATE INDEX intent_stops ON intent (symbol, trigger_price) WHERE trigger_price IS NOT NULL;
`;
