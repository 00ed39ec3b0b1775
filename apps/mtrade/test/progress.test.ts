import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Output } from '../src/cli.js';
import { percent, withProgress } from '../src/render/progress.js';

function output(isTty: boolean) {
  let text = '';
  const out = { isTty, write: (more: string) => void (text += more), columns: () => 20 } as unknown as Output;
  return { out, text: () => text };
}

describe('the progress of a long command', () => {
  test('is one line of the terminal that fits, follows what is said, and is gone at the end', async () => {
    const { out, text } = output(true);
    await withProgress(out, async (say) => {
      say('copying a name that is longer than the line');
      await expect.poll(text).toBe('\r\u001b[Kcopying a name tha~');
      say('done');
      await expect.poll(text).toContain('\r\u001b[Kdone');
    });
    expect(text().endsWith('\r\u001b[K')).toBe(true);
  });

  test('is not there for what is over at once, and never in a pipe', async () => {
    const quick = output(true);
    await withProgress(quick.out, (say) => Promise.resolve(say('quick')));
    expect(quick.text()).toBe('');

    const pipe = output(false);
    await withProgress(pipe.out, async (say) => {
      say('slow');
      await sleep(500);
    });
    expect(pipe.text()).toBe('');
  });

  test('is gone, too, when the command fails', async () => {
    const { out, text } = output(true);
    const failing = withProgress(out, async (say) => {
      say('working');
      await expect.poll(text).toContain('working');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(text().endsWith('\r\u001b[K')).toBe(true);
  });

  test('never says that all is done before it is', () => {
    expect([percent(0, 0), percent(1, 3), percent(999, 1_000), percent(1_000, 1_000)]).toEqual(['0 %', '33 %', '99 %', '99 %']); // prettier-ignore
  });
});
