import { isMtradeError } from '@mtrade/base';

/**
 * Errors after which this thread must not go on: the books contradict themselves, they are no longer ours, or the disk
 * may have lost what it had promised. Everything else belongs to the pair or the step it happened in.
 */
export function isFatal(error: unknown): boolean {
  if (isMtradeError(error, 'MTRADE_CONTRADICTION') || isMtradeError(error, 'MTRADE_LOCK_LOST')) return true;
  return isMtradeError(error, 'MTRADE_DISK') && (error.facts as { readonly fatal?: boolean }).fatal === true;
}
