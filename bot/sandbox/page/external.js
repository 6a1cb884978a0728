// Selects whose choices the app looks up while one types, for one choice or several. Promises: what is typed survives a
// redraw, a choice declined in its confirm dialog is taken back, and leaving the field leaves the choice as it was.

import { h, icon } from './dom.js';
import { plain } from './mrkdwn.js';
import { focusName, press } from './place.js';
import { Typeahead } from './typeahead.js';

const LEAST = 3; // characters, where the element does not say

const TROUBLE = {
  operation_timeout: (app) => `${app} took too long to answer.`,
  dispatch_failed: (app) => `${app} could not be asked.`,
  invalid_options: (app) => `${app} answered with a list that Slack does not show.`,
};

/** The field of an external select; `element` is a single or multi one. */
export function externalSelect(element, block, place) {
  return new External(element, block, place).node;
}

class External {
  constructor(element, block, place) {
    Object.assign(this, { element, block, place });
    this.many = element.type.startsWith('multi_');
    this.ids = [block.block_id, element.action_id];
    // Not by block_id: an update gives every block of a message a new one.
    this.spot = [place.key, element.action_id];
    this.name = plain(element.placeholder?.text ?? 'Search …');
    const initial = [element.initial_option, ...(element.initial_options ?? [])].filter(Boolean);
    for (const option of initial) place.values.meet(...this.ids, option);
    const values = initial.map((option) => option.value);
    place.values.begin(...this.ids, this.many ? values : (values[0] ?? null));
    this.chips = h('span', { class: 'search-chips' });
    this.input = h('input', {
      class: 'search-text',
      type: 'text',
      autocomplete: 'off',
      spellcheck: 'false',
      'aria-label': block.type === 'input' ? null : (element.accessibility_label ?? this.name),
      data: { focus: focusName(place, element), action: element.action_id ?? '' },
    });
    this.clear = h(
      'button',
      { type: 'button', class: 'chip-off', 'aria-label': 'Clear the choice', on: { click: () => this.#off(null) } },
      icon('close'),
    );
    this.node = h('div', { class: 'field search' }, this.chips, this.input, this.clear, icon('down'));
    this.list = new Typeahead(this.input, {
      anchor: this.node,
      label: this.name,
      find: (text) => this.#find(text),
      hint: (text) => this.#hint(text),
      onClose: () => this.#closed(),
    });
    this.#listen();
    this.#draw();
  }

  #listen() {
    const { input, place } = this;
    this.node.addEventListener('click', (event) => {
      if (event.target.closest('.chip-off')) return;
      input.focus();
      this.#open('');
    });
    input.addEventListener('input', () => {
      if (!this.list.isOpen) this.#open(input.value);
      else this.#keep();
      this.list.ask({ typing: true });
    });
    input.addEventListener('keydown', (event) => this.#key(event));
    // After a redraw the focus comes back to a new field: it goes on where the old one was.
    input.addEventListener('focus', () => {
      const draft = place.values.draft(...this.spot);
      if (draft) this.#open(draft.text, place.where.view_id ? draft.before : undefined);
    });
    input.addEventListener('blur', () => {
      // A redraw takes the field away: then what was typed is its successor's.
      setTimeout(() => (input.isConnected ? this.list.close() : this.list.drop()));
    });
  }

  get #chosen() {
    return [this.place.values.get(...this.ids) ?? []].flat();
  }

  #open(text, before = this.place.values.get(...this.ids)) {
    if (this.list.isOpen) return;
    this.before = before;
    this.#draw();
    this.input.value = text;
    this.#keep();
    this.list.open();
  }

  /** What a redraw must not lose: what is typed, and what was chosen before the list opened. */
  #keep() {
    this.place.values.keepDraft(...this.spot, { text: this.input.value, before: this.before });
  }

  #closed() {
    this.place.values.keepDraft(...this.spot, undefined);
    this.#draw();
    if (this.many && String(this.before) !== String(this.place.values.get(...this.ids))) this.#tell(this.before);
  }

  #key(event) {
    if (event.key === 'Backspace' && this.many && !this.input.value && this.#chosen.length) {
      this.#take(this.#chosen.at(-1));
      event.preventDefault();
    } else if (['ArrowDown', 'ArrowUp', 'Enter'].includes(event.key) && !this.list.isOpen) {
      event.preventDefault();
      this.#open('');
    } else this.list.key(event);
  }

  #hint(text) {
    const least = this.element.min_query_length ?? LEAST;
    const most = this.element.max_selected_items;
    if (this.many && this.#chosen.length >= most) return `No more than ${most} can be chosen.`;
    if (text.length >= least) return null;
    return `Type at least ${least} ${least === 1 ? 'character' : 'characters'}.`;
  }

  async #find(text) {
    const { world, where } = this.place;
    const [block_id, action_id] = this.ids;
    const answer = await world.ask('options', { ...where, block_id, action_id, value: text });
    if (!answer.ok) {
      const said = TROUBLE[answer.error]?.(world.state.app.name) ?? `That did not work: ${answer.error}.`;
      return { problem: `${said} Press Enter to ask again.` };
    }
    const groups = [
      { rows: answer.options ?? [] },
      ...(answer.option_groups ?? []).map((group) => ({ label: plain(group.label?.text ?? ''), rows: group.options })),
    ];
    return { groups: groups.map(({ label, rows }) => ({ label, rows: rows.map((option) => this.#row(option)) })) };
  }

  #row(option) {
    this.place.values.meet(...this.ids, option);
    return {
      label: plain(option.text?.text ?? ''),
      note: option.description && plain(option.description.text),
      chosen: this.#chosen.includes(option.value),
      take: () => this.#take(option.value),
    };
  }

  /** Choose the value; among several, one that was chosen is let go. */
  #take(value) {
    const before = this.place.values.get(...this.ids);
    if (!this.many) {
      this.place.values.set(...this.ids, value);
      this.list.close();
      this.#tell(before);
      return;
    }
    const had = this.#chosen.includes(value);
    this.place.values.set(...this.ids, had ? this.#chosen.filter((one) => one !== value) : [...this.#chosen, value]);
    this.input.value = '';
    this.#draw();
    if (this.list.isOpen) {
      this.#keep();
      this.list.ask();
    } else this.#tell(before);
  }

  async #tell(before) {
    const { place, block, element } = this;
    if (!place.pressable(block)) return;
    if (await press(place, block, element, { value: place.values.get(...this.ids), node: this.node })) return;
    place.values.set(...this.ids, before);
    this.#draw();
  }

  #draw() {
    const labels = this.#chosen.map((value) => [value, plain(this.place.values.label(...this.ids, value))]);
    const [first] = labels;
    this.clear.hidden = this.many || !this.block.optional || !first;
    if (this.many) this.chips.replaceChildren(...labels.map(([value, label]) => this.#chip(value, label)));
    this.input.placeholder = !this.many && first ? first[1] : labels.length ? '' : this.name;
    if (!this.list.isOpen) this.input.value = !this.many && first ? first[1] : '';
  }

  #chip(value, label) {
    return h(
      'span',
      { class: 'chip' },
      label,
      h(
        'button',
        { type: 'button', class: 'chip-off', 'aria-label': `Remove ${label}`, on: { click: () => this.#off(value) } },
        icon('close'),
      ),
    );
  }

  #off(value) {
    this.#take(value);
    this.input.focus();
  }
}
