/**
 * Version 2: books that came out of a backup know it.
 *
 * `restored` has a row from the restore until every pair has been compared with the exchange. Each pair of such books
 * carries an attention that begins with `restored:`; as long as it does, nothing is sent for the pair, buy or sale:
 *
 *   RESTORED    an order for a pair that was restored and has not been cleared
 */
export const V2 = `
CREATE TABLE restored (
  id          INTEGER PRIMARY KEY CHECK (id = 1),
  books_ms    INTEGER NOT NULL,       -- the last moment that the backup knows of
  restored_ms INTEGER NOT NULL
) STRICT;

CREATE TRIGGER intent_restored BEFORE INSERT ON intent
  WHEN (SELECT attention FROM pair WHERE symbol = NEW.symbol) GLOB 'restored:*'
  BEGIN SELECT RAISE(ABORT, 'RESTORED'); END;
`;
