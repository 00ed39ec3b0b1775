import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { post } from '../api/call.js';
import { ModeBand } from './header.js';
import { say } from './toasts.js';

/** A command that waits for the operator's yes. */
export interface Command {
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly title: string;
  /** What will happen, and what will not. */
  readonly effect: string;
  readonly button: string;
  /** Said once the engine has committed it. */
  readonly done: string;
  readonly tone: 'plain' | 'danger';
}

const asked = signal<Command | null>(null);

export const ask = (command: Command): void => {
  asked.value = command;
};

/** Nothing is sent before the second click, and the first one cannot be a slip: the focus is on Cancel. */
export function ConfirmDialog() {
  const command = asked.value;
  const dialog = useRef<HTMLDialogElement>(null);
  const [state, setState] = useState<{ readonly pending: boolean; readonly error: string | null }>({
    pending: false,
    error: null,
  });

  useEffect(() => {
    setState({ pending: false, error: null });
    if (command !== null) dialog.current?.showModal();
    else dialog.current?.close();
  }, [command]);

  const close = (): void => {
    asked.value = null;
  };
  const carryOut = async (wanted: Command): Promise<void> => {
    setState({ pending: true, error: null });
    try {
      await post(wanted.path, wanted.body);
      say(wanted.done);
      close();
    } catch (error) {
      setState({ pending: false, error: error instanceof Error ? error.message : String(error) });
    }
  };

  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="confirm-title">
      {command !== null && (
        <>
          <ModeBand />
          <div class="dialog-body">
            <h2 id="confirm-title">{command.title}</h2>
            <p>{command.effect}</p>
            {state.error !== null && (
              <p class="refused" role="alert">
                {state.error}
              </p>
            )}
            <div class="buttons">
              <button type="button" onClick={close} autofocus>
                Cancel
              </button>
              <button
                type="button"
                class={command.tone === 'danger' ? 'danger' : 'primary'}
                disabled={state.pending}
                data-testid="confirm"
                onClick={() => void carryOut(command)}
              >
                {state.pending ? 'Waiting for the engine …' : command.button}
              </button>
            </div>
          </div>
        </>
      )}
    </dialog>
  );
}
