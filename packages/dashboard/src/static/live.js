// @ts-check
/**
 * The page's only script: signs in, puts the session's half that only this origin has into forms, and brings what has
 * changed on the server into the page, in place, so that focus, open parts and what is being written stay.
 */

const storedForm = 'trainyard-form';
const main = /** @type {HTMLElement} */ (document.querySelector('main'));
const liveSign = document.querySelector('[data-live-sign]');

// ---- Signing in: the token comes behind the # of the address, which browsers keep to themselves, or is typed.

/** @param {string} token */
async function signIn(token) {
  const response = await fetch('/session', { method: 'POST', body: new URLSearchParams({ token }) });
  if (!response.ok) return false;
  localStorage.setItem(storedForm, await response.text());
  return true;
}

const inAddress = new URLSearchParams(location.hash.slice(1)).get('token');
if (inAddress !== null) {
  history.replaceState(null, '', location.pathname + location.search);
  if (await signIn(inAddress)) location.reload();
  else location.assign('/sign-in?wrong=1');
}

document.addEventListener('submit', async (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form.method !== 'post') return;
  if (form.hasAttribute('data-sign-in')) {
    event.preventDefault();
    const token = String(new FormData(form).get('token')).trim();
    if (await signIn(token)) location.assign('/');
    else location.assign('/sign-in?wrong=1');
    return;
  }
  const field = /** @type {HTMLInputElement | null} */ (form.elements.namedItem('session'));
  if (field) field.value = localStorage.getItem(storedForm) ?? '';
});

// A filter applies as it is chosen.
document.addEventListener('change', (event) => {
  const field = /** @type {HTMLElement} */ (event.target);
  const form = field.closest('form[data-filter]');
  if (form instanceof HTMLFormElement && field instanceof HTMLSelectElement) form.requestSubmit();
});

// ---- Staying up to date.

/**
 * Makes an element like another one, and leaves alone what is alike.
 * @param {Element} old
 * @param {Element} wanted
 */
function update(old, wanted) {
  if (old.isEqualNode(wanted)) return;
  // What a person has opened, chosen or written is theirs.
  const isField = old.matches('input, select, textarea');
  const isOpen = old instanceof HTMLDetailsElement && old.open;
  for (const { name } of [...old.attributes]) if (!wanted.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of wanted.attributes)
    if (old.getAttribute(name) !== value && !(isField && name === 'value')) old.setAttribute(name, value);
  if (old instanceof HTMLDetailsElement) old.open = isOpen;
  if (old instanceof SVGElement || isField) old.replaceChildren(...wanted.cloneNode(true).childNodes);
  else updateChildren(old, wanted);
}

/**
 * @param {Element} old
 * @param {Element} wanted
 */
function updateChildren(old, wanted) {
  const ids = new Set([...wanted.children].map(({ id }) => id));
  for (const child of [...old.children]) if (child.id && !ids.has(child.id)) child.remove();
  let at = old.firstChild;
  for (const next of wanted.childNodes) {
    const known =
      next instanceof Element && next.id
        ? [...old.children].find(({ id }) => id === next.id)
        : at && isAlike(at, next)
          ? at
          : undefined;
    if (!known) {
      old.insertBefore(next.cloneNode(true), at);
      continue;
    }
    if (known === at) at = at.nextSibling;
    else old.insertBefore(known, at);
    if (known instanceof Element && next instanceof Element) update(known, next);
    else if (known.nodeValue !== next.nodeValue) known.nodeValue = next.nodeValue;
  }
  while (at) {
    const rest = at.nextSibling;
    at.remove();
    at = /** @type {ChildNode | null} */ (rest);
  }
}

/**
 * @param {Node} a
 * @param {Node} b
 */
const isAlike = (a, b) =>
  a.nodeName === b.nodeName && !(a instanceof Element && a.id) && !(b instanceof Element && b.id);

/** @param {boolean} live */
function showLive(live) {
  liveSign?.setAttribute('data-live-sign', live ? 'on' : 'off');
  const words = liveSign?.querySelector('span');
  if (words) words.textContent = live ? 'live' : 'no answer';
}

let shown = '';
async function refresh() {
  const response = await fetch(location.href, { headers: { Accept: 'text/html' }, cache: 'no-store' });
  if (!response.ok) return showLive(response.status < 500);
  const text = await response.text();
  showLive(true);
  if (text === shown) return;
  shown = text;
  const next = new DOMParser().parseFromString(text, 'text/html').querySelector('main');
  if (next) update(main, next);
}

for (let failures = 0; main.dataset.refresh !== undefined; ) {
  const seconds = Number(main.dataset.refresh) * Math.min(2 ** failures, 8);
  await new Promise((later) => setTimeout(later, seconds * 1000));
  if (document.visibilityState !== 'visible') continue;
  try {
    await refresh();
    failures = 0;
  } catch {
    failures += 1;
    showLive(false);
  }
}
