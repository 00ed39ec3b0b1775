import { Agent, request } from 'node:http';
import { Worker } from 'node:worker_threads';
import { setTimeout as sleep } from 'node:timers/promises';
import { pairNames } from '../engine/engine-config.js';
import type { EngineProcess } from '../engine/engine-process.js';
import type { RowContext, RowResult } from '../result.js';
import { openScene } from '../scene.js';

const PAIRS = 16;
const HANG_MS = 15_000;
/** The server lets so many commands through at once and twenty a second after; a round needs 32 of them. */
const REST_MS = 1_700;
const READS = 64;

const BARE = 'node:http that answers at once';
/** A thread of its own, with nothing behind the answer: what the same client needs for the way there and back. */
const BARE_SERVER = `
  const { parentPort } = require('node:worker_threads');
  const server = require('node:http').createServer((_, response) => response.end('{}'));
  server.listen(0, '127.0.0.1', () => parentPort.postMessage('http://127.0.0.1:' + server.address().port));
`;

const listening = (server: Worker): Promise<string> =>
  new Promise((resolve, reject) => {
    server.once('message', resolve);
    server.once('error', reject);
  });

/** Reads, resets and resumes over HTTP while no call to the exchange comes back. */
export async function measureControl(context: RowContext): Promise<RowResult> {
  const scene = await openScene({ ...context, pairs: PAIRS });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const bareAgent = new Agent({ keepAlive: true, maxSockets: 1 });
  const bare = new Worker(BARE_SERVER, { eval: true });
  // Heard from the beginning: it may be ready before the scene is.
  const bareListens = listening(bare);
  bareListens.catch(() => undefined);
  const bares: number[][] = [];
  const [reads, resets, resumes]: [number[][], number[][], number[][]] = [[], [], []];
  try {
    await scene.exchange.open();
    await scene.exchange.hang(HANG_MS);
    const call = caller(scene.engine.http(), agent);
    await call('GET', '/v1/status');
    const callBare = caller({ url: await bareListens, token: 'none' }, bareAgent);
    for (let round = 0; round < (context.quick ? 3 : 15); round += 1) {
      bares.push(await times(READS, () => callBare('GET', '/')));
      reads.push(await times(READS, () => call('GET', '/v1/status')));
      resets.push(await overPairs((pair) => call('POST', `/v1/pairs/${pair}/reset`)));
      resumes.push(await overPairs((pair) => call('POST', `/v1/pairs/${pair}/resume`)));
      await sleep(REST_MS);
    }
  } finally {
    agent.destroy();
    bareAgent.destroy();
    await bare.terminate();
    await scene.close();
  }
  return {
    id: 'control',
    title: 'Control API while every call to the exchange hangs',
    unit: 'ms',
    bases: [BARE],
    variants: [
      { name: BARE, rounds: bares },
      { name: 'GET /v1/status', rounds: reads },
      { name: 'reset of a pair, committed', rounds: resets },
      { name: 'resume of a pair, committed', rounds: resumes },
    ],
    notes: [
      `HTTP over loopback TCP with a kept connection; all ${PAIRS} pairs one after the other. Every REST call is held back for ${HANG_MS / 1_000} s.`,
    ],
  };
}

async function times(count: number, call: () => Promise<number>): Promise<number[]> {
  const values: number[] = [];
  for (let index = 0; index < count; index += 1) values.push(await call());
  return values;
}

async function overPairs(call: (pair: string) => Promise<number>): Promise<number[]> {
  const values: number[] = [];
  for (const symbol of pairNames(PAIRS)) values.push(await call(symbol.replace('/', '-')));
  return values;
}

/** ms from the request to the last byte of a 200. */
function caller(
  { url, token }: ReturnType<EngineProcess['http']>,
  agent: Agent,
): (method: string, path: string) => Promise<number> {
  return (method, path) => {
    const beganMs = performance.now();
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const sent = request(new URL(path, url), { method, agent, headers }, (response) => {
        response.resume();
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode === 200) resolve(performance.now() - beganMs);
          else reject(new Error(`${method} ${path} answered ${response.statusCode}`));
        });
      });
      sent.on('error', reject);
      sent.end(method === 'POST' ? '{}' : undefined);
    });
  };
}
