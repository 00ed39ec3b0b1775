import { Duplex } from 'node:stream';

const NAME = /"text":"([^"]*)"/;
const BODY_END = '}'.charCodeAt(0);

/** What Gate says of an order that was killed: nothing follows it. */
const answerTo = (clientOrderId: string): string => {
  const body = JSON.stringify({
    id: '1',
    text: clientOrderId,
    status: 'closed',
    currency_pair: 'BTC_USDT',
    type: 'limit',
    account: 'spot',
    side: 'buy',
    amount: '0.1',
    price: '0.1',
    time_in_force: 'fok',
    filled_amount: '0',
    filled_total: '0',
    finish_as: 'fok',
  });
  return `HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: keep-alive\r\n\r\n${body}`;
};

/** A connection whose other end is this object: it answers orders, one at a time, and nothing leaves the thread. */
export class RehearsalSocket extends Duplex {
  override _read(): void {
    // Answers are pushed as they are made.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, written: (error?: Error | null) => void): void {
    written();
    if (chunk.at(-1) !== BODY_END) return;
    this.push(answerTo(NAME.exec(chunk.toString('latin1'))?.[1] ?? ''));
  }
}
