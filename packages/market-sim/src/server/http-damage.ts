import type { ServerResponse } from 'node:http';
import type { RestFault } from '../faults/fault.js';
import type { RestAnswer } from './rest-api.js';

/** A fault that ends a request in its own way, so that no other may follow. */
export type EndingFault = Exclude<
  RestFault,
  { readonly kind: 'delay-before' | 'delay-after' | 'duplicate' | 'hide-recent' | 'rewrite' }
>;

export const isEnding = (fault: RestFault): fault is EndingFault =>
  fault.kind !== 'delay-before' &&
  fault.kind !== 'delay-after' &&
  fault.kind !== 'duplicate' &&
  fault.kind !== 'hide-recent' &&
  fault.kind !== 'rewrite';

/** Whether the request takes effect before its answer is damaged. */
export const processesFirst = (fault: EndingFault): boolean => {
  if (fault.kind === 'redirect') return false;
  return 'process' in fault ? fault.process : true;
};

const HTML = (status: number): string =>
  `<!DOCTYPE html><html><head><title>${status}</title></head><body><h1>${status}</h1><p>Please enable cookies.</p></body></html>`;

export const sendAnswer = (
  response: ServerResponse,
  answer: RestAnswer,
  clock: Record<string, string>,
): void => {
  const length = String(Buffer.byteLength(answer.body));
  response.writeHead(answer.status, {
    'Content-Type': 'application/json',
    'Content-Length': length,
    ...answer.headers,
    ...clock,
  });
  response.end(answer.body);
};

const sendHtml = (response: ServerResponse, status: number, headers: Record<string, string>): void => {
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8', ...headers });
  response.end(HTML(status));
};

/**
 * Answers (or fails to answer) as the fault says. `answer` is what the processed request would have got; undefined when
 * the request was not processed.
 */
export function damage(
  response: ServerResponse,
  fault: EndingFault,
  answer: RestAnswer | undefined,
  clock: Record<string, string>,
): void {
  const whole = Buffer.from(answer?.body ?? '');
  const { socket } = response;
  const headers = { 'Content-Type': 'application/json', ...answer?.headers, ...clock };
  switch (fault.kind) {
    case 'silence':
      return;
    case 'drop':
      if (fault.reset === true) socket?.resetAndDestroy();
      else socket?.destroy();
      return;
    case 'stall-body':
      response.writeHead(answer?.status ?? 200, { ...headers, 'Content-Length': String(whole.length) });
      response.write(whole.subarray(0, Math.min(fault.bytes ?? 10, Math.max(0, whole.length - 1))));
      return;
    case 'truncate-body': {
      const part = whole.subarray(0, fault.bytes ?? Math.floor(whole.length / 2));
      response.writeHead(answer?.status ?? 200, { ...headers, 'Content-Length': String(part.length) });
      response.end(part);
      return;
    }
    case 'long-content-length':
      response.writeHead(answer?.status ?? 200, {
        ...headers,
        'Content-Length': String(whole.length + (fault.extraBytes ?? 100)),
      });
      response.write(whole, () => socket?.destroySoon());
      return;
    case 'empty-body':
      response.writeHead(fault.status ?? 201, { ...headers, 'Content-Length': '0' });
      response.end();
      return;
    case 'html':
      sendHtml(response, fault.status ?? 200, clock);
      return;
    case 'error': {
      const { status, label, message } = fault;
      if (label === undefined) return sendHtml(response, status, { ...clock, ...fault.headers });
      const body = JSON.stringify({ label, message: message ?? label });
      return sendAnswer(response, { status, headers: fault.headers ?? {}, body }, clock);
    }
    case 'redirect':
      response.writeHead(fault.status ?? 302, {
        Location: fault.location ?? 'http://127.0.0.1:9/api/v4/spot/orders',
        'Content-Length': '0',
        ...clock,
      });
      response.end();
      return;
  }
}

/** Replaces fields in an object, or in each row of a list. */
export function rewritten(body: string, set: Readonly<Record<string, unknown>>): string {
  const value: unknown = JSON.parse(body);
  const change = (row: unknown): unknown =>
    typeof row === 'object' && row !== null && !Array.isArray(row) ? { ...row, ...set } : row;
  return JSON.stringify(Array.isArray(value) ? value.map(change) : change(value));
}
