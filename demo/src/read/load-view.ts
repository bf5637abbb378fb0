import { find } from '../page/dom.ts';

export interface LoadView {
  /** @param share 0 to 1; undefined where it is not known */
  loading(what: string, share: number | undefined): void;
  done(): void;
  failed(what: string, error: unknown, retry: () => void): void;
}

/** How far loading is; after a failure what it was, and a button to try again. */
export function loadView(): LoadView {
  const box = find('load', HTMLElement);
  const words = find('load-words', HTMLElement);
  const progress = find('load-progress', HTMLProgressElement);
  const button = find('load-retry', HTMLButtonElement);
  let retry = (): void => undefined;
  button.addEventListener('click', () => retry());
  return {
    loading(what, share) {
      box.hidden = false;
      box.classList.remove('failed');
      button.hidden = true;
      progress.hidden = false;
      if (share === undefined) progress.removeAttribute('value');
      else progress.value = share;
      words.textContent = what;
    },
    done() {
      box.hidden = true;
    },
    failed(what, error, again) {
      retry = again;
      box.hidden = false;
      box.classList.add('failed');
      progress.hidden = true;
      button.hidden = false;
      const offline = navigator.onLine === false ? ' This device is offline.' : '';
      const reason = error instanceof Error ? error.message : String(error);
      words.textContent = `${what} did not load.${offline} ${reason}`;
    },
  };
}
