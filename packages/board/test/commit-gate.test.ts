import { createBoard } from '@mtrade/board';
import { describe, expect, test } from 'vitest';
import { Worker } from 'node:worker_threads';

const gateOf = () => createBoard({ symbols: ['ETH/USDT'], urgentCapacity: 1 }).commitGate;

describe('commit gate', () => {
  test('a ticket is open until the cycler has committed, or has not', () => {
    const gate = gateOf();
    const [first, second] = [gate.open(), gate.open()];
    expect([gate.verdict(first), gate.verdict(second)]).toEqual(['open', 'open']);
    gate.commit(first);
    gate.withdraw(second);
    expect([gate.verdict(first), gate.verdict(second)]).toEqual(['committed', 'withdrawn']);
  });

  test('the first word stands: what was withdrawn cannot be committed, nor the other way round', () => {
    const gate = gateOf();
    const [first, second] = [gate.open(), gate.open()];
    gate.withdraw(first);
    expect(gate.commit(first)).toBe(false);
    gate.commit(second);
    expect(gate.withdraw(second)).toBe(false);
    expect([gate.verdict(first), gate.verdict(second)]).toEqual(['withdrawn', 'committed']);
  });

  test('the word about one ticket is never one about another, however many come later', () => {
    const gate = gateOf();
    const first = gate.open();
    for (let later = 0; later < 1_000; later += 1) {
      gate.commit(gate.open());
      expect(['open', 'forgotten']).toContain(gate.verdict(first));
    }
    expect(gate.verdict(first)).toBe('forgotten');
    expect(gate.commit(first)).toBe(false);
    expect(gate.verdict(first)).toBe('forgotten');
  });

  test('no ticket that was never drawn is committed', () => {
    const gate = gateOf();
    gate.commit(gate.open());
    for (const ticket of [0, 2, 65, 129]) expect(gate.verdict(ticket)).not.toBe('committed');
  });

  test('a new cycler withdraws what the dead one left open, and nothing else', () => {
    const gate = gateOf();
    const [done, failed, left] = [gate.open(), gate.open(), gate.open()];
    gate.commit(done);
    gate.withdraw(failed);
    expect(gate.withdrawAll()).toBe(1);
    expect([done, failed, left].map((ticket) => gate.verdict(ticket))).toEqual([
      'committed',
      'withdrawn',
      'withdrawn',
    ]);
    expect(gate.commit(left)).toBe(false);
  });

  test('whoever waits in another thread is woken by the word', async () => {
    const board = createBoard({ symbols: ['ETH/USDT'], urgentCapacity: 1 });
    const ticket = board.commitGate.open();
    const worker = new Worker(
      `const { workerData, parentPort } = require('node:worker_threads');
       import(workerData.board).then(({ attachBoard }) => {
         const { commitGate } = attachBoard(workerData.handle);
         parentPort.postMessage('waits');
         parentPort.postMessage(commitGate.wait(workerData.ticket, 60_000));
       });`,
      {
        eval: true,
        workerData: { handle: board.handle, ticket, board: import.meta.resolve('@mtrade/board') },
      },
    );
    const words: unknown[] = [];
    await new Promise<void>((resolve, reject) => {
      worker.on('error', reject);
      worker.on('exit', () => resolve());
      worker.on('message', (word) => {
        words.push(word);
        if (word === 'waits') board.commitGate.commit(ticket);
      });
    });
    expect(words).toEqual(['waits', 'committed']);
  });
});
