import { signal } from '@preact/signals';

const KEY = 'mtrade.token';
const FRAGMENT = /^#token=([A-Za-z0-9_-]{1,128})$/;

/**
 * The token of this tab; null asks for one. It lives in sessionStorage because a reload must not lock the operator out:
 * that store is this tab's and this address's alone and ends with the tab, unlike localStorage and cookies, and whoever
 * can read it (a script in this page) could read the memory of the page as well.
 */
export const token = signal<string | null>(null);
/** Why the last token was given up, for the form that asks for a new one. */
export const refusal = signal<string | null>(null);

export function useToken(text: string): void {
  sessionStorage.setItem(KEY, text);
  refusal.value = null;
  token.value = text;
}

export function forgetToken(why: string | null): void {
  sessionStorage.removeItem(KEY);
  refusal.value = why;
  token.value = null;
}

/** Takes the token out of the address, so that it stands in no bookmark, history or screenshot. */
function readFragment(): boolean {
  const found = FRAGMENT.exec(location.hash)?.[1];
  if (found === undefined) return false;
  history.replaceState(null, '', '#/');
  useToken(found);
  return true;
}

export function openSession(): void {
  if (!readFragment()) token.value = sessionStorage.getItem(KEY);
  // An address with a token that is pasted into an open tab does not load the page anew.
  addEventListener('hashchange', readFragment);
}
