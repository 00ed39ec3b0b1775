/**
 * Version 6: the commit of an order writes fewer pages; every commit waits for its pages to reach the disk.
 *
 * A pair's row is not written for the number of a decision alone: until the order has ended, its own row has that number
 * (`pairFromRow`). With the order's end the pair's row must have it, whoever writes that end.
 *
 * Nothing but a clean-up ever asked for the orders of a cycle by its number.
 */
export const V6 = `
CREATE TRIGGER intent_counted AFTER UPDATE ON intent
  WHEN OLD.closed_ms IS NULL AND NEW.closed_ms IS NOT NULL
  BEGIN UPDATE pair SET decisions = NEW.decision_no WHERE symbol = NEW.symbol AND decisions < NEW.decision_no; END;
DROP INDEX intent_by_cycle;
`;
