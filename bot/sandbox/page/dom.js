// Builds and updates the page node by node. Promises: text stays text (nothing here parses markup), and what has not
// changed is not rebuilt, so focus, open menus and half-typed words survive every update.

/** Make an element. `props`: class, text, on {event: handler}, data {name: value}, style {name: value}, else attributes. */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'class') node.className = value;
    else if (name === 'text') node.textContent = value;
    else if (name === 'on') for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    else if (name === 'data') for (const [key, text] of Object.entries(value)) node.dataset[key] = text;
    else if (name === 'style') for (const [key, text] of Object.entries(value)) node.style.setProperty(key, text);
    else if (['value', 'checked', 'disabled', 'selected', 'hidden', 'readOnly'].includes(name)) node[name] = value;
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const SVG = 'http://www.w3.org/2000/svg';
const ICONS = {
  hash: 'M6.5 3 5 17M13.5 3 12 17M3.5 7.5h14M2.5 12.5h14',
  lock: 'M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9',
  box: 'M3 4h14v4H3zM4.5 8v8.500h11V8M8 11.500h4',
  eye: 'M2 10s3-5.5 8-5.500S18 10 18 10s-3 5.5-8 5.500S2 10 2 10zM10 7.500a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z',
  close: 'M5 5l10 10M15 5 5 15',
  menu: 'M3 5.500h14M3 10h14M3 14.500h14',
  more: 'M4.5 10h.01M10 10h.01M15.5 10h.01',
  send: 'M3 10 17 3.5 12.5 17l-2.5-5.500zM10 11.5 17 3.5',
  down: 'M5 8l5 5 5-5',
  reply: 'M4 4h12v9H9l-4 3.500V13H4z',
  check: 'M4 10.5 8.2 15 16 5.5',
  link: 'M8.5 11.500l3-3M7 9.500l-2 2a2.8 2.8 0 0 0 4 4l2-2M13 10.500l2-2a2.8 2.8 0 0 0-4-4l-2 2',
  play: 'M6 4l10 6-10 6z',
  back: 'M12 4 6 10l6 6',
  bolt: 'M11 2.500 4.500 11.500H10l-1 6 6.500-9H10z',
};

/** A line icon that only decorates: hidden from assistive technology. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  for (const [key, value] of [
    ['viewBox', '0 0 20 20'],
    ['class', `icon icon-${name}`],
    ['aria-hidden', 'true'],
  ]) {
    svg.setAttribute(key, value);
  }
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

const signatures = new WeakMap();

function fresh(item) {
  const node = item.make();
  node.dataset.key = item.key;
  signatures.set(node, item.sig);
  return node;
}

/**
 * Make `parent` hold exactly `items`, in order. An item is {key, sig, make, update?}: same key and sig → the node stays
 * untouched; another sig → `update(node)` where given, otherwise the node is made anew and keeps the focus it had.
 */
export function keyed(parent, items) {
  const wanted = new Set(items.map((item) => item.key));
  const present = new Map();
  for (const node of [...parent.children]) {
    if (wanted.has(node.dataset.key) && !present.has(node.dataset.key)) present.set(node.dataset.key, node);
    else node.remove();
  }
  let at = parent.firstElementChild;
  for (const item of items) {
    let node = present.get(item.key);
    if (!node) {
      node = fresh(item);
    } else if (signatures.get(node) !== item.sig) {
      if (item.update) {
        item.update(node);
        signatures.set(node, item.sig);
      } else {
        const next = fresh(item);
        const isNext = at === node;
        swap(node, next);
        if (isNext) at = next;
        node = next;
      }
    }
    if (node === at) at = at.nextElementSibling;
    else parent.insertBefore(node, at);
  }
}

/** Put `next` in the place of `old`; whatever had the focus in `old` has it in `next`, caret included. */
function swap(old, next) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const name = focused?.dataset.focus;
  const caret = typeof focused?.selectionStart === 'number' ? [focused.selectionStart, focused.selectionEnd] : null;
  old.replaceWith(next);
  if (!name) return;
  const twin = findFocus(name, next);
  twin?.focus({ preventScroll: true });
  if (caret && twin?.setSelectionRange) twin.setSelectionRange(...caret);
}

/** The control with this focus name, in `root` or anywhere: how a menu finds its button again after an update. */
export function findFocus(name, root = document) {
  return name ? root.querySelector(`[data-focus="${CSS.escape(name)}"]`) : null;
}

/** The address when a link may lead there (web or mail), otherwise null: `javascript:` and the like never become links. */
export function safeUrl(text) {
  try {
    const url = new URL(text);
    return ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** A picture's address when it is served from this machine; nothing is ever loaded from elsewhere. */
export function localPicture(text) {
  if (/^data:image\/(png|jpeg|gif|webp);/.test(text ?? '')) return text;
  try {
    const url = new URL(text, location.href);
    return ['127.0.0.1', 'localhost'].includes(url.hostname) || url.origin === location.origin ? url.href : null;
  } catch {
    return null;
  }
}

let announced = 0;

/** Say something in passing, to eyes and screen readers; it leaves by itself. */
export function toast(text, { kind = 'note' } = {}) {
  const id = ++announced;
  const node = h('div', { class: `toast toast-${kind}`, data: { toast: id }, text });
  document.getElementById('toasts').append(node);
  setTimeout(() => node.remove(), 7000);
}
