import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';

export interface Reply {
  readonly status: number;
  /** As it came. */
  readonly body: string;
  /** From the question to the end of the answer. */
  readonly ms: number;
}

/**
 * One call over an engine's Unix socket, with the token that it has made. The plainest client there is: what it measures
 * is the engine, and what it hides is nothing. Rejects where no engine has begun to listen.
 */
export function controlCall(dataDir: string, method: string, path: string, body?: unknown): Promise<Reply> {
  const socketPath = join(dataDir, 'control.sock');
  const tokenPath = join(dataDir, 'control.token');
  if (!existsSync(socketPath) || !existsSync(tokenPath)) return Promise.reject(new Error('not there yet'));
  const beganMs = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        socketPath,
        method,
        path,
        headers: {
          authorization: `Bearer ${readFileSync(tokenPath, 'utf8').trim()}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('error', reject);
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body: text, ms: performance.now() - beganMs });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
