import { Problem } from './problem.js';

/** The answer of `work`, or a 504 after `ms`. The work itself goes on: a command may still be carried out. */
export async function withDeadline<T>(work: Promise<T>, ms: number, detail: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Problem(504, 'HTTP_DEADLINE', detail)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
