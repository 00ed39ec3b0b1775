import type { Pool as UndiciPool } from 'undici';
// The pool alone: all of undici would be 5 MB and a tenth of a second more.
// @ts-expect-error -- undici declares types for the whole of it only
import untypedPool from 'undici/lib/dispatcher/pool.js';

export const Pool = untypedPool as typeof UndiciPool;
