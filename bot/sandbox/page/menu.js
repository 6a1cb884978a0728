// Menus and lists that open beside a button: overflow menus, selects, the person switcher. Promises: arrow keys, Home,
// End, typing to find, Enter, Esc; focus goes back to the button, also when a live update has replaced it meanwhile.

import { findFocus, h, icon } from './dom.js';

let open = null;

/** Close the menu, if any. */
export function closeMenu({ refocus = true } = {}) {
  if (!open) return;
  const { panel, name, anchor, onClose } = open;
  open = null;
  panel.remove();
  const button = anchor.isConnected ? anchor : findFocus(name);
  button?.setAttribute('aria-expanded', 'false');
  if (refocus) button?.focus({ preventScroll: true });
  onClose?.();
}

/**
 * Open a menu under `anchor`. `items`: {label, node?, note?, group?, checked?, danger?, pick}. `kind`: "menu" or "listbox";
 * `multiple` keeps it open after a pick, which then answers whether the item is now chosen.
 */
export function openMenu(
  anchor,
  items,
  { kind = 'menu', label = '', multiple = false, search = items.length > 8, onClose = null } = {},
) {
  const name = anchor.dataset.focus ?? '';
  const again = open && open.anchor === anchor;
  closeMenu();
  if (again) return;
  const list = h('div', {
    class: 'menu-list',
    role: kind,
    'aria-label': label,
    tabindex: '-1',
    'aria-multiselectable': multiple ? 'true' : null,
  });
  let group = null;
  for (const item of items) {
    if (item.group && item.group !== group)
      list.append(h('div', { class: 'menu-group', role: 'presentation', text: item.group }));
    group = item.group;
    list.append(row(item, kind, multiple));
  }
  const empty = h('div', { class: 'menu-empty', hidden: items.length > 0, text: 'Nothing here.' });
  const filter = search
    ? h('input', {
        class: 'menu-search',
        type: 'search',
        placeholder: 'Find …',
        'aria-label': `Find in ${label || 'the list'}`,
      })
    : null;
  const panel = h('div', { class: `menu menu-${kind}` }, filter, list, empty);
  panel.addEventListener('keydown', (event) => keys(event, list));
  filter?.addEventListener('input', () => narrow(list, empty, filter.value));
  (anchor.closest('dialog') ?? document.body).append(panel);
  open = { anchor, panel, name, onClose };
  anchor.setAttribute('aria-expanded', 'true');
  beside(panel, anchor);
  (filter ?? list.querySelector('[aria-selected=true],[aria-checked=true]') ?? rows(list)[0] ?? list).focus({
    preventScroll: true,
  });
}

function row(item, kind, multiple) {
  const role = kind === 'listbox' ? 'option' : item.checked === undefined ? 'menuitem' : 'menuitemradio';
  const state = kind === 'listbox' ? 'aria-selected' : item.checked === undefined ? null : 'aria-checked';
  const node = h(
    'div',
    { class: `menu-row ${item.danger ? 'menu-danger' : ''}`, role, tabindex: '-1' },
    h('span', { class: 'menu-tick' }, icon('check')),
    h(
      'span',
      { class: 'menu-text' },
      item.node ?? item.label,
      item.note ? h('span', { class: 'menu-note' }, item.note) : null,
    ),
  );
  if (state) node.setAttribute(state, String(Boolean(item.checked)));
  node.addEventListener('click', () => {
    if (!multiple) closeMenu();
    const now = item.pick();
    if (multiple) node.setAttribute('aria-selected', String(Boolean(now)));
  });
  node.addEventListener(
    'pointermove',
    () => document.activeElement !== node && !node.matches('.menu-search') && node.focus({ preventScroll: true }),
  );
  return node;
}

const rows = (list) => [...list.querySelectorAll('.menu-row')].filter((node) => !node.hidden);

function narrow(list, empty, text) {
  const wanted = text.trim().toLowerCase();
  for (const node of list.querySelectorAll('.menu-row')) node.hidden = !node.textContent.toLowerCase().includes(wanted);
  for (const node of list.querySelectorAll('.menu-group')) node.hidden = Boolean(wanted);
  empty.hidden = rows(list).length > 0;
}

let typed = { text: '', at: 0 };

function keys(event, list) {
  const all = rows(list);
  const here = all.indexOf(document.activeElement);
  const searching = document.activeElement.matches('.menu-search');
  const go = (index) => all[(index + all.length) % all.length]?.focus();
  if (event.key === 'Escape' || event.key === 'Tab') closeMenu();
  else if (event.key === 'ArrowDown') go(here + 1);
  else if (event.key === 'ArrowUp') go(here < 0 ? all.length - 1 : here - 1);
  else if (event.key === 'Home' && !searching) go(0);
  else if (event.key === 'End' && !searching) go(all.length - 1);
  else if (event.key === 'Enter' || (event.key === ' ' && !searching)) (all[here] ?? all[0])?.click();
  else {
    if (event.key.length === 1 && !searching && !event.ctrlKey && !event.metaKey) find(all, here, event);
    return;
  }
  typed = { text: '', at: 0 };
  event.preventDefault();
  event.stopPropagation();
}

function find(all, here, event) {
  typed = { text: (event.timeStamp - typed.at < 700 ? typed.text : '') + event.key.toLowerCase(), at: event.timeStamp };
  const order = [...all.slice(here + (typed.text.length > 1 ? 0 : 1)), ...all];
  order
    .find((node) => node.querySelector('.menu-text').textContent.trim().toLowerCase().startsWith(typed.text))
    ?.focus();
}

/** Stand a panel under its anchor, or over it where there is more room. */
export function beside(panel, anchor) {
  const box = anchor.getBoundingClientRect();
  const size = panel.getBoundingClientRect();
  const below = window.innerHeight - box.bottom;
  const top = below < size.height + 12 && box.top > below ? Math.max(8, box.top - size.height - 4) : box.bottom + 4;
  panel.style.setProperty('top', `${Math.min(top, Math.max(8, window.innerHeight - size.height - 8))}px`);
  panel.style.setProperty('left', `${Math.max(8, Math.min(box.left, window.innerWidth - size.width - 8))}px`);
  panel.style.setProperty('min-width', `${Math.min(box.width, 480)}px`);
}

document.addEventListener(
  'pointerdown',
  (event) => {
    if (open && !open.panel.contains(event.target) && !open.anchor.contains(event.target))
      closeMenu({ refocus: false });
  },
  true,
);
window.addEventListener('resize', () => closeMenu({ refocus: false }));
