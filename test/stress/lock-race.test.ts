import { beforeAll, describe, expect, test } from 'vitest';
import { type CampaignResult, runCampaign } from '../lock-race/campaign.js';
import { ROUNDS } from '../lock-race/rounds.js';

/** A short share of `npm run lock-race`; docs/lock-tests.md says what is raced. */

const STARTERS = 12;
const KINDS = Object.keys(ROUNDS);

let result: CampaignResult;
beforeAll(async () => {
  result = await runCampaign({
    seed: 7,
    rounds: KINDS.length,
    starters: STARTERS,
    kinds: KINDS,
    layers: 'all',
  });
});

describe('real processes go for the lock at the same instant, and a witness outside notes who holds it', () => {
  test.each([
    ['cold', 'P35: exactly one of all starters gets it'],
    ['stale', 'P38, P39: whatever a dead holder left is taken over by exactly one'],
    ['killed', 'P37, scenario 48: after kill -9 of the holder exactly one of the next has it, by itself'],
    ['chain', 'P37: every holder is killed as soon as it has the lock, and never do two have it'],
    ['midway', 'P37: starters killed at any moment of taking it leave nothing in the way'],
    ['stopped', 'P22, P34: a holder that stands still keeps it'],
    ['deleted', 'P40: its files deleted, the holder notices and nobody else gets in'],
    ['elsewhere', 'scenario 47, P34: links and working directories are no other lock'],
    ['account', 'P36: one account from as many directories as starters is one lock'],
    ['kernel', "P35: the kernel's lock alone, all other layers off, lets everybody in, one at a time"],
  ])('%s: %s', (kind) => {
    expect(result.violations.filter((text) => text.includes(`(${kind},`))).toEqual([]);
    expect(result.kinds[kind]).toBe(1);
  });

  test('scenario 52, P42: a service with PrivateTmp excludes a start by hand, and the other way round', (context) => {
    const reason = result.skipped['private-tmp'];
    if (reason !== undefined) return context.skip(reason);
    expect(result.violations.filter((text) => text.includes('(private-tmp,'))).toEqual([]);
    expect(result.kinds['private-tmp']).toBe(1);
  });

  test('P35: never two at once, in any round', () => {
    expect(result.twoHolders).toBe(0);
  });

  test('the races were real: everybody had a turn at the kernel lock, and holders died', () => {
    expect(result.entries).toBeGreaterThan(STARTERS);
    expect(result.kills).toBeGreaterThan(2);
    expect(result.takeoverMs.alone.count).toBe(2);
  });
});

describe('the same races notice a lock that is broken on purpose', () => {
  test.each(['proper-lockfile', 'pid-file'] as const)('%s alone lets two in', async (layers) => {
    const broken = await runCampaign({
      seed: 7,
      rounds: 100,
      starters: 8,
      kinds: KINDS,
      layers,
      untilTwoHolders: true,
    });
    expect(broken.twoHolders).toBeGreaterThan(0);
  });
});
