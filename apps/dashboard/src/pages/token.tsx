import { useState } from 'preact/hooks';
import { refusal, useToken } from '../session.js';

/** Asks for the token when the address brought none, or the engine did not take it. */
export function TokenPage() {
  const [text, setText] = useState('');
  const submit = (event: Event): void => {
    event.preventDefault();
    const given = text.trim().replace(/^.*#token=/, '');
    if (given !== '') useToken(given);
  };
  return (
    <main class="gate">
      <form class="card" onSubmit={submit}>
        <h1>mtrade</h1>
        {refusal.value !== null && (
          <p class="refused" role="alert" data-testid="refusal">
            The engine did not accept the token: {refusal.value}
          </p>
        )}
        <p>
          This page needs the token of the engine. On the machine where it runs, <code>mtrade dashboard</code>{' '}
          opens the page with it and <code>mtrade dashboard --print</code> prints the whole address.
        </p>
        <label>
          Token or whole address
          <input
            type="password"
            name="token"
            autocomplete="off"
            autofocus
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="primary">
          Open
        </button>
      </form>
    </main>
  );
}
