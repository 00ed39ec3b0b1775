import { type HeapProfiler, Session } from 'node:inspector/promises';
import { ByOwner } from './owners.js';

/** A sample for each so many bytes on average. */
const INTERVAL_BYTES = 4_096;
const INTERVAL_US = 500;

/** What is going on in this process until `stop`, by the owner of the code. */
export interface Profile {
  readonly stop: () => Promise<Readonly<Record<string, number>>>;
}

/** Bytes that are allocated, what has been collected since included. */
export async function profileAllocations(): Promise<Profile> {
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.startSampling', {
    samplingInterval: INTERVAL_BYTES,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  } as HeapProfiler.StartSamplingParameterType);
  return {
    stop: async () => {
      const { profile } = await session.post('HeapProfiler.stopSampling');
      session.disconnect();
      const bytes = new ByOwner();
      const walk = ({ callFrame, selfSize, children }: HeapProfiler.SamplingHeapProfileNode): void => {
        bytes.add(callFrame.url, selfSize);
        for (const child of children) walk(child);
      };
      walk(profile.head);
      return bytes.sums;
    },
  };
}

/** Time in the code itself, us; built-in functions such as JSON.parse count for their caller's file. */
export async function profileTime(): Promise<Profile> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: INTERVAL_US });
  await session.post('Profiler.start');
  return {
    stop: async () => {
      const { profile } = await session.post('Profiler.stop');
      session.disconnect();
      const micros = new ByOwner();
      const parents = new Map(
        profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
      );
      const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
      // What has no file of its own, such as JSON.parse, is its caller's.
      const urlOf = (id: number | undefined): string => {
        if (id === undefined) return '';
        const url = nodes.get(id)?.callFrame.url ?? '';
        return url === '' ? urlOf(parents.get(id)) : url;
      };
      for (const [index, id] of (profile.samples ?? []).entries()) {
        const name = nodes.get(id)?.callFrame.functionName;
        if (name !== '(idle)') micros.add(urlOf(id), profile.timeDeltas?.[index] ?? 0);
      }
      return micros.sums;
    },
  };
}
