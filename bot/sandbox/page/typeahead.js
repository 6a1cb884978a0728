// A list under a text field that is asked for while one types. Promises: it asks when the typing pauses, an answer to an
// older question is dropped, and loading, nothing found and trouble are said in words. Arrow keys move, Enter takes, Esc
// closes; the focus stays in the field (the ARIA combobox pattern).

import { h, icon } from './dom.js';
import { beside } from './menu.js';

const PAUSE = 250; // milliseconds of no typing

let lists = 0;

export class Typeahead {
  /**
   * `find(text)` resolves to {groups: [{label?, rows: [{label, note?, chosen, take}]}]} or {problem}; `hint(text)` says why
   * not to ask yet, or null. `beside`: what the list stands under.
   */
  constructor(input, { anchor, label, find, hint, onClose }) {
    Object.assign(this, { input, anchor, find, hint, onClose });
    this.id = `typeahead-${++lists}`;
    this.list = h('div', { class: 'menu-list', role: 'listbox', id: this.id, 'aria-label': label });
    this.status = h('div', { class: 'menu-empty', role: 'status' });
    this.panel = h('div', { class: 'menu menu-typeahead' }, this.list, this.status);
    this.panel.addEventListener('pointerdown', (event) => event.preventDefault());
    this.settle = ({ target }) => target !== this.list && beside(this.panel, this.anchor);
    this.asked = 0;
    this.rows = [];
    input.setAttribute('role', 'combobox');
    input.setAttribute('aria-autocomplete', 'list');
    input.setAttribute('aria-expanded', 'false');
    input.setAttribute('aria-controls', this.id);
  }

  get isOpen() {
    return this.panel.isConnected;
  }

  open() {
    if (this.isOpen) return;
    (this.anchor.closest('dialog') ?? document.body).append(this.panel);
    this.input.setAttribute('aria-expanded', 'true');
    document.addEventListener('scroll', this.settle, { capture: true, passive: true });
    window.addEventListener('resize', this.settle);
    this.ask();
  }

  close() {
    if (!this.isOpen) return;
    this.drop();
    this.input.setAttribute('aria-expanded', 'false');
    this.input.removeAttribute('aria-activedescendant');
    this.onClose();
  }

  /** Take the list away because its field is gone. */
  drop() {
    clearTimeout(this.waiting);
    this.asked += 1;
    this.panel.remove();
    document.removeEventListener('scroll', this.settle, { capture: true });
    window.removeEventListener('resize', this.settle);
  }

  /** Ask for what is in the field: at once, or when the `typing` pauses. */
  ask({ typing = false } = {}) {
    clearTimeout(this.waiting);
    const turn = ++this.asked;
    const text = this.input.value.trim();
    const hint = this.hint(text);
    this.#show([], hint ?? 'Searching …', { busy: !hint });
    if (hint) return;
    this.waiting = setTimeout(async () => {
      const answer = await this.find(text);
      if (turn !== this.asked || !this.isOpen) return;
      const some = answer.groups?.some((group) => group.rows.length);
      this.#show(some ? answer.groups : [], answer.problem ?? (some ? '' : 'Nothing found.'), { failed: answer.problem });
    }, typing ? PAUSE : 0);
  }

  #show(groups, text, { busy = false, failed = false } = {}) {
    this.rows = [];
    this.list.replaceChildren(
      ...groups.map((group) =>
        group.label
          ? h(
              'div',
              { role: 'group', 'aria-label': group.label },
              h('div', { class: 'menu-group', 'aria-hidden': 'true', text: group.label }),
              group.rows.map((row) => this.#row(row)),
            )
          : group.rows.map((row) => this.#row(row)),
      ).flat(),
    );
    this.list.hidden = !this.rows.length;
    this.list.setAttribute('aria-busy', String(busy));
    this.status.textContent = text;
    this.status.hidden = !text;
    this.status.classList.toggle('is-busy', busy);
    this.status.classList.toggle('menu-danger', Boolean(failed));
    this.failed = Boolean(failed);
    this.#move(0);
    if (this.isOpen) beside(this.panel, this.anchor);
  }

  #row(row) {
    const index = this.rows.length;
    const node = h(
      'div',
      { class: 'menu-row', role: 'option', id: `${this.id}-${index}`, 'aria-selected': String(row.chosen) },
      h('span', { class: 'menu-tick' }, icon('check')),
      h('span', { class: 'menu-text' }, row.label, row.note ? h('span', { class: 'menu-note', text: row.note }) : null),
    );
    node.addEventListener('click', () => row.take());
    node.addEventListener('pointermove', () => this.at !== index && this.#move(index, { scroll: false }));
    this.rows.push({ ...row, node });
    return node;
  }

  #move(index, { scroll = true } = {}) {
    this.rows[this.at]?.node.classList.remove('is-active');
    this.at = index;
    const active = this.rows[index]?.node;
    active?.classList.add('is-active');
    if (scroll) active?.scrollIntoView({ block: 'nearest' });
    if (active) this.input.setAttribute('aria-activedescendant', active.id);
    else this.input.removeAttribute('aria-activedescendant');
  }

  /** Handle a key of the field; true when it was for the list. */
  key(event) {
    if (event.isComposing) return false;
    const { key } = event;
    const count = this.rows.length;
    if (!this.isOpen) {
      if (!['ArrowDown', 'ArrowUp', 'Enter'].includes(key)) return false;
      this.open();
    } else if (key === 'Escape') this.close();
    else if (key === 'ArrowDown') this.#move(count ? (this.at + 1) % count : 0);
    else if (key === 'ArrowUp') this.#move(count ? (this.at - 1 + count) % count : 0);
    else if (key === 'Enter' && this.failed) this.ask();
    else if (key === 'Enter') this.rows[this.at]?.take();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }
}
