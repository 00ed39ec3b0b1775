/**
 * The catalogue of everything that is known to go wrong, with what the engine promises then. The tests name the ids in
 * their titles; `npm run evidence` puts both together in docs/faults.md.
 */
export interface CatalogueEntry {
  readonly id: string;
  readonly fault: string;
  readonly expected: string;
  /** Said in the page: what part of the fault cannot meet this engine, and why. */
  readonly remark?: string;
  /** Why the whole entry does not apply. Such an entry needs no test. */
  readonly notHere?: string;
}

type Row = readonly [
  id: string,
  fault: string,
  expected: string,
  more?: { readonly remark?: string; readonly notHere?: string },
];

const NETWORK: readonly Row[] = [
  [
    'N01',
    'A request times out, and the order was placed',
    'the intent is UNKNOWN until the stream or a scan finds the order; one position, no second send',
  ],
  [
    'N02',
    'A request times out, and never arrived',
    'UNKNOWN until two complete scans after the safe moment; then NEVER, and the decision may be made anew under a new id',
  ],
  [
    'N03',
    'The network holds a request for 2 to 40 s',
    'the exchange refuses it by its expiry; the intent becomes NEVER',
  ],
  ['N04', 'The answer is lost after a fill', 'as N01'],
  ['N05', 'A 5xx after the order was processed', 'UNKNOWN, never a failure'],
  ['N06', 'A 5xx before the order was processed', 'UNKNOWN, then NEVER'],
  ['N07', 'Headers arrive, then the body stalls', 'the own deadline ends the wait; UNKNOWN'],
  ['N08', 'The body is shorter than announced and the socket closes', 'UNKNOWN'],
  ['N09', '201 with JSON that is cut off', 'UNKNOWN'],
  ['N10', '201 without a body, or 202', 'UNKNOWN'],
  ['N11', '200 with HTML of a firewall or a captive portal', 'UNKNOWN'],
  ['N12', 'Status codes of a proxy, 520 to 530', 'UNKNOWN'],
  ['N13', 'A redirect', 'not followed: credentials go nowhere else'],
  ['N14', '429, too many requests', 'a definite refusal; all calls wait for the stated time; no spinning'],
  ['N15', '418, the address is banned', 'no call until the stated time; prices go on; an alert; no buying'],
  ['N16', '403 of a firewall', 'UNKNOWN for an order; calls rest; an alert'],
  [
    'N17',
    '401, key or signature refused',
    'definite; trading stops, the status says why; no loop of attempts',
  ],
  [
    'N18',
    'The key loses a permission while the engine runs',
    'as N17; positions stay, exits that were tried are reported',
  ],
  [
    'N19',
    'The clocks of host and exchange differ too much',
    'no matter of the key: the offset is measured again, sends wait until it is known, then go on',
  ],
  [
    'N20',
    'The system clock is set by an hour while the engine runs',
    'timers are monotonic, the offset is measured again, nothing is taken for old or young by mistake',
  ],
  [
    'N21',
    'The name of the exchange is not resolved, or slowly',
    'UNKNOWN for a send in progress; other calls rest; prices may go on',
  ],
  [
    'N22',
    'A certificate that is expired, of another host or not trusted',
    'refused and told; checking is never switched off',
  ],
  ['N23', 'A kept connection is reset', 'UNKNOWN: bytes may have left'],
  [
    'N24',
    'A proxy repeats the POST: two orders under one id',
    'the scan sees both, the intent is quarantined, an alert is raised, and both are in the ledger by their trades',
  ],
  [
    'N25',
    'An answer or an event comes twice or late',
    'each step is compare-and-set: the second one changes nothing',
  ],
  ['N26', 'The answer is about another order', 'never accepted: UNKNOWN and an alert'],
  [
    'N27',
    'The send waits in a queue past its deadline',
    'the deadline is looked at right before the first byte; too late is not sent',
  ],
  ['N28', 'The client library loads markets in the middle of an order', 'a send is exactly one request'],
  ['N29', 'The client library repeats a failed POST', 'one POST per intent, whatever the answer'],
  [
    'N30',
    'A page of 100 rows hides our order',
    'a scan reads until a page is not full; an incomplete scan proves no absence',
  ],
  [
    'N31',
    'Nothing reaches the exchange for two hours',
    'UNKNOWN stays; the status says degraded; afterwards everything resolves without a burst of purchases',
  ],
];

const WEBSOCKET: readonly Row[] = [
  ['W01', 'The socket is dead and says nothing', 'asked after 5 s of silence, replaced after 5 s more'],
  ['W02', 'The server pings and wants an answer', 'pongs are sent, also while the engine is busy'],
  [
    'W03',
    'Connected and subscribed, but one pair sends nothing',
    'freshness per pair: no decision from an old price; the price comes by REST meanwhile',
  ],
  ['W04', 'An old price comes again after a reconnect', 'dropped and counted'],
  ['W05', 'Frames out of order', 'per pair only forward, by time and sequence'],
  ['W06', 'A frame comes twice', 'one entry in the queue'],
  [
    'W07',
    'The private stream loses events',
    'it is a hint only; after a gap or a reconnect the open intents are asked for by REST',
  ],
  [
    'W08',
    'A storm of reconnects',
    'back-off with full jitter from 1 s to 60 s, forgiven after a healthy minute',
  ],
  [
    'W09',
    'A subscription is refused, or accepted in part',
    'that topic is tried again, its pair marked blind',
  ],
  [
    'W10',
    'The login of the private channel fails',
    'the offset is measured again; REST takes over meanwhile',
  ],
  [
    'W11',
    'Malformed JSON, wrong types, NaN, 1e999, negative, empty',
    'the frame is dropped and counted, nothing throws',
  ],
  ['W12', 'A huge frame', 'the socket is closed at 1 MiB and replaced; nothing is compressed'],
  ['W13', 'Invalid UTF-8, binary frames, a flood of fragments', 'dropped or closed; memory stays bounded'],
  [
    'W14',
    'The server ends every connection after a day, with notice',
    'another connection is there with everything subscribed',
    {
      remark:
        'The 24-hour rule and its notice are Binance’s. Gate announces nothing, so any close is treated alike.',
    },
  ],
  [
    'W15',
    'The listen key of the private stream expires',
    'a new login and a look at the open intents',
    { notHere: 'Gate has no listen keys: the private channels are signed at each subscription (see W10).' },
  ],
  [
    'W16',
    'More frames than can be read',
    'the latest price per pair wins, the queue is bounded, what is dropped is counted',
  ],
  [
    'W17',
    'A price of 0 or a thousand times the last one',
    'held against the last price and REST before any decision',
  ],
  ['W18', 'A crossed or empty book', 'no decision'],
  ['W19', 'Stream and REST disagree about an order', 'trades decide; settling waits until the sums agree'],
];

const EXCHANGE: readonly Row[] = [
  ['X01', 'A part is filled, the rest cancelled', 'the position is the sum of the trades'],
  ['X02', 'A fill-or-kill order is killed', 'KILLED, nothing held; tried again after the back-off'],
  [
    'X03',
    'The order ends for lack of depth, of a trader, of size, or by price protection',
    'final; fills count; the cause is told',
  ],
  [
    'X04',
    'Self-trade prevention ends the order',
    'final; an alert, because own orders that cross are a defect',
  ],
  ['X05', 'A post-only order would take', 'a definite refusal'],
  [
    'X06',
    'An order below the minimum value',
    'checked before the intent; after a refusal the pair rests until the market rules are read again',
  ],
  [
    'X07',
    'An order with too many digits',
    'amounts are cut down to the step, never by floats; after a refusal the rules are read again once, then the pair is blocked',
  ],
  ['X08', 'A price outside the allowed band', 'the refusal is told; not tried again at the same price'],
  [
    'X09',
    'The fee is taken from the coin that was bought',
    'the ledger holds amount less fee; a sale never exceeds it',
  ],
  [
    'X10',
    'The fee is taken in a third coin or in points',
    'the volume is untouched; the fee has its own column',
  ],
  [
    'X11',
    'A remainder too small to sell',
    'the cycle closes, the remainder is kept as dust and used by the next one',
  ],
  [
    'X12',
    'The fee tier changes',
    'only the fees of the trades are booked; the configured rate is for display',
  ],
  [
    'X13',
    'A pair may only be bought, only be sold, or neither',
    'nothing is sent that may not be; the state is kept',
  ],
  ['X14', 'A pair is to be delisted', 'no new cycle once the date is set; the exit is still tried'],
  ['X15', 'Maintenance or a halted market', 'calls rest; UNKNOWN for what was on its way'],
  [
    'X16',
    'The user sells or withdraws our coins',
    'never more is sold than is there; the pair needs attention',
  ],
  ['X17', 'The user buys the same coin', 'not ours: the ledger does not change, only our amount is sold'],
  [
    'X18',
    'The user cancels our order on the web',
    'final by stream or REST; a stop that is missing is placed again or alarmed',
  ],
  ['X19', 'The exchange cancels our order', 'as X18, with the reason'],
  [
    'X20',
    'A balance lags behind a fill',
    'fills never come from balances; those are compared late and on their own',
  ],
  ['X21', 'Insufficient funds although the books know better', 'a definite refusal; a back-off, no loop'],
  [
    'X22',
    'The exchange refuses an id that it has already',
    'UNKNOWN and asked for, never rejected',
    {
      notHere:
        'Gate takes an id twice. That no id is sent twice is our own doing (I3), shown by the simulation.',
    },
  ],
  [
    'X23',
    'A unified account borrows or merges orders',
    'each order names the spot account and forbids borrowing',
  ],
  ['X24', 'A protective stop fires while it is cancelled', 'the fired order is followed; trades decide'],
  ['X25', 'A protective stop fails or expires at the exchange', 'a critical alarm, and a new stop'],
  ['X26', 'The price is beyond the stop before it is placed', 'an exit at once instead of a stop'],
  ['X27', 'A cancel and a fill cross', 'the order is read again; the position comes from trades'],
  [
    'X28',
    'A stop of the engine that is longer than a page of history',
    'read by windows from the oldest open intent; what is out of reach is quarantined, never guessed',
  ],
  ['X29', 'Another installation trades the same account', 'seen by its ids: buying stops, an alarm'],
  [
    'X30',
    'Numbers as text, as numbers, in scientific form, ids above 2^53',
    'ids are text; amounts are exact decimals',
  ],
];

const PROCESS: readonly Row[] = [
  [
    'P01',
    'Killed before the intent is written',
    'nothing happened; the next start decides anew; at most one order',
  ],
  [
    'P02',
    'Killed inside the commit of the intent',
    'the commit is whole or absent; no order without its row',
  ],
  ['P03', 'Killed after the commit of the intent, before the send', 'looked for, proven absent, NEVER'],
  ['P04', 'Killed in the middle of the send', 'UNKNOWN, resolved from the exchange; never sent again'],
  ['P05', 'Killed after the send, before the answer', 'the fill is found; one order'],
  ['P06', 'Killed after the answer, before it is booked', 'the fill is found; one order'],
  ['P07', 'Killed while settling, before the commit', 'trades are read again; each is booked once'],
  ['P08', 'Killed inside the commit of the settlement', 'whole or absent; each trade is booked once'],
  ['P09', 'Killed after the settlement', 'nothing is left to do; nothing is sent again'],
  ['P10', 'Killed while resolving, after the wait', 'the proof begins again from nothing'],
  ['P11', 'Killed while resolving, after a scan', 'one scan of a dead process proves nothing'],
  ['P12', 'Killed after NEVER is committed', 'final; a late fill would still be noticed'],
  ['P13', 'Killed at the start, before the epoch is raised', 'the next start is the first one'],
  [
    'P14',
    'Killed at the start, after the epoch is raised',
    'the next start has a higher epoch and another nonce',
  ],
  [
    'P15',
    'Killed at any write or sync of the database',
    'every acknowledged commit is there, the file is sound',
  ],
  ['P16', 'The kernel kills for memory', 'as a kill at any moment'],
  [
    'P17',
    'A worker runs out of heap',
    'the process lives; the worker is replaced and its intents are resolved',
  ],
  ['P18', 'A worker throws', 'replaced with back-off; too often ends the process'],
  [
    'P19',
    'A dead worker leaves its claim in shared memory',
    'the sweep frees it by generation; the books are the authority',
  ],
  ['P20', 'A worker in an endless loop', 'its heartbeat stops, it is ended and replaced'],
  [
    'P21',
    'The main thread stands still',
    'a watchdog ends the process; the kernel lock is not lost meanwhile',
  ],
  [
    'P22',
    'The process stands still between commit and send',
    'the deadline has passed: nothing is sent; the exchange would refuse it too',
  ],
  [
    'P23',
    'SIGTERM with an order on its way',
    'no new decision; the answer is waited for, or the intent is left UNKNOWN; exit 0; a second one ends at once',
  ],
  [
    'P24',
    'SIGHUP, SIGINT twice, SIGPIPE, closed output',
    'each has a meaning; a closed output never stops trading',
  ],
  ['P25', 'The disk is full', 'no intent, no order; told; goes on when there is space'],
  ['P26', 'The disk fails while syncing', 'the process ends; the commit is not tried again'],
  ['P27', 'A read-only or foreign directory', 'no start; the message names the path'],
  ['P28', 'A foreign program locks the database', 'no intent, no send; told'],
  ['P29', 'The database is damaged, or none', 'refused, untouched, never created anew; the way out is named'],
  ['P30', 'The database is deleted or replaced while running', 'noticed before the next send; exit 75'],
  ['P31', 'An old backup is put back', 'another nonce in every id; full comparison before trading'],
  ['P32', 'A database newer than the program', 'refused'],
  [
    'P33',
    'Killed in the middle of a migration',
    'one transaction: the old version is there, the next start does it again',
  ],
  [
    'P34',
    'A second start while one runs',
    'exit 75 at once, naming pid, start time and directory of the holder',
  ],
  ['P35', 'Many starts in the same instant', 'exactly one wins'],
  [
    'P36',
    'A second start from another directory with the same account',
    'refused by the lock of the account',
  ],
  ['P37', 'Killed, and started again', 'takes over without manual steps'],
  ['P38', 'The recorded pid belongs to another program', 'not ours; never signalled'],
  ['P39', 'A left lock directory, a garbage record', 'cleaned, and only while holding the kernel lock'],
  [
    'P40',
    'The lock is deleted while held, or cannot be looked at',
    'no order is sent; exit 75; no second engine before that',
  ],
  ['P41', 'The data directory is on a network file system', 'refused unless the operator insists'],
  ['P42', 'Temporary directories are cleaned', 'locks do not live there'],
  ['P43', 'Time zones, summer time, leap seconds', 'UTC milliseconds only'],
  ['P44', 'No file descriptors are left', 'pools are bounded; failing connections do not stop trading'],
  ['P45', 'The disk of the log is slow or full', 'lines are dropped and counted; trading is not held up'],
  [
    'P46',
    'A producer of the shared queue dies in the middle of a write',
    'the sequence is published last; the sweep completes or drops it',
  ],
];

const OPERATOR: readonly Row[] = [
  ['C01', 'Broken syntax, a byte order mark, a trailing comma', 'line and column, exit 78'],
  ['C02', 'An unknown key', 'refused with the nearest name'],
  ['C03', 'Negative, zero, NaN, 1e308, text for a number', 'refused by name'],
  ['C04', 'A secret that is missing, empty or of two lines', 'exit 78, naming where it was looked for'],
  ['C05', 'A pair that is unknown or named twice; more pairs than allowed', 'refused, or one pair'],
  [
    'C06',
    'Steps that cost more than there is',
    'the sum of the whole ladders is told before a start; a row that cannot be paid is not bought',
  ],
  [
    'C07',
    'The configuration changes while a cycle is open',
    'the cycle keeps its parameters; the next one has the new ones',
  ],
  [
    'C08',
    'The configuration is edited over the API, invalid or by two at once',
    'versioned, refused with 409, replaced atomically',
    { notHere: 'The API does not write the configuration: there is a file, and it is read at the start.' },
  ],
  ['C09', 'A key of the test network on the live address, or the reverse', 'the start is refused'],
  [
    'C10',
    'Paper taken for live',
    'the mode stands in each status line, client id and in the books, and books of another mode are refused',
  ],
];

const SECURITY: readonly Row[] = [
  [
    'S01',
    'The API without a token or with a wrong one',
    '401, compared in constant time; a back-off after ten a minute',
  ],
  ['S02', 'A web page makes requests', 'a bearer header only; requests of other origins are refused'],
  ['S03', 'DNS rebinding', 'the Host header must name this machine'],
  ['S04', 'A web page opens the event stream', 'the same checks'],
  ['S05', 'Listening on every address', 'refused'],
  [
    'S06',
    'A secret in logs, errors, books, backups',
    'masked everywhere; a canary is searched for in everything that a run leaves',
  ],
  ['S07', 'Files that others can read', 'refused (secrets) or mended (own state)'],
  ['S08', 'Symbolic links in the state directory', 'not followed'],
  ['S09', 'Path traversal on static files', 'assets come from a map in memory'],
  ['S10', 'A prototype in the configuration or in JSON', 'refused by the schema; no object is merged'],
  [
    'S11',
    'Slow clients, many connections, huge or deep bodies, floods of headers',
    'limits; trading is not disturbed',
  ],
  [
    'S12',
    'A forged incoming webhook',
    'refused by its signature',
    { notHere: 'The engine takes no webhooks. Those that it sends are signed.' },
  ],
  [
    'S13',
    'A replayed incoming webhook',
    'refused by time and nonce',
    { notHere: 'The engine takes no webhooks. Those that it sends carry a nonce each.' },
  ],
  [
    'S14',
    'An alert address that leads into the own network',
    'https only, no private addresses unless allowed',
  ],
  ['S15', 'Escape codes of a terminal in texts of the exchange', 'control characters are taken out'],
  ['S16', 'Forged log lines', 'values are encoded; a line stays one line'],
  ['S17', 'Markup in a name or an error on the dashboard', 'text only, a strict policy'],
  ['S18', 'A key that may withdraw', 'a warning, and live trading is refused unless the operator insists'],
  [
    'S19',
    'A malicious update of a dependency',
    'exact versions, integrity of each package, install scripts only for named ones',
  ],
  ['S20', 'A pattern that takes for ever', 'lengths first, linear patterns'],
];

export const FAULT_GROUPS: readonly (readonly [title: string, rows: readonly CatalogueEntry[]])[] = (
  [
    ['Network and REST', NETWORK],
    ['WebSocket', WEBSOCKET],
    ['Manners of the exchange', EXCHANGE],
    ['Process, thread, disk, time', PROCESS],
    ['Configuration and operator', OPERATOR],
    ['Security', SECURITY],
  ] as const
).map(([title, rows]) => [
  title,
  rows.map(([id, fault, expected, more]) => ({ id, fault, expected, ...more })),
]);

export const FAULTS: readonly CatalogueEntry[] = FAULT_GROUPS.flatMap(([, entries]) => entries);
