import { type HeapProfiler, Session } from 'node:inspector/promises';

/** Whose code made the objects. */
const OWNERS: readonly (readonly [part: string, owner: string])[] = [
  ['/packages/feed/', 'feed'],
  ['/packages/engine/', 'reactor'],
  ['/packages/board/', 'shared memory'],
  ['/node_modules/ws/', 'ws'],
];
const ELSEWHERE = 'Node.js and the rest';
/** A sample for each so many bytes on average. */
const INTERVAL_BYTES = 4_096;

/** Counts what this process allocates, what has been collected since included. */
export class AllocationProfile {
  readonly #session = new Session();

  async start(): Promise<void> {
    this.#session.connect();
    await this.#session.post('HeapProfiler.startSampling', {
      samplingInterval: INTERVAL_BYTES,
      includeObjectsCollectedByMajorGC: true,
      includeObjectsCollectedByMinorGC: true,
    } as HeapProfiler.StartSamplingParameterType);
  }

  /** Bytes by owner since the start. */
  async stop(): Promise<Readonly<Record<string, number>>> {
    const { profile } = await this.#session.post('HeapProfiler.stopSampling');
    this.#session.disconnect();
    const bytes: Record<string, number> = Object.fromEntries([
      ...OWNERS.map(([, owner]) => [owner, 0]),
      [ELSEWHERE, 0],
    ]) as Record<string, number>;
    const walk = ({ callFrame, selfSize, children }: HeapProfiler.SamplingHeapProfileNode): void => {
      const owner = OWNERS.find(([part]) => callFrame.url.includes(part))?.[1] ?? ELSEWHERE;
      bytes[owner] = (bytes[owner] ?? 0) + selfSize;
      for (const child of children) walk(child);
    };
    walk(profile.head);
    return bytes;
  }
}
