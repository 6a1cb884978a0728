// The list above the composer while one types "/", "@" or "#". Promises: arrow keys choose, Tab and Enter take, Esc leaves.

import { h } from './dom.js';
import { displayName, face, standing } from './people.js';

/** What could be meant at the caret: {from, to, rows: [{insert, label, note, face?}]}, or null. Threads take no commands. */
export function complete(text, caret, world, { commands = true } = {}) {
  const before = text.slice(0, caret);
  if (commands && /^\/\S*$/.test(before)) {
    const rows = world.state.commands
      .filter((one) => one.command.startsWith(before))
      .map((one) => ({
        insert: `${one.command} `,
        label: one.command,
        hint: one.usage_hint,
        note: one.description,
      }));
    return rows.length ? { from: 0, to: caret, rows } : null;
  }
  const mention = /(^|[\s(])([@#])((?:[\p{L}\p{N}_-]+ ?)?[\p{L}\p{N}_-]*)$/u.exec(before);
  if (!mention) return null;
  const [, , mark, part] = mention;
  const wanted = part.toLowerCase();
  const all = mark === '@' ? people(world) : channels(world);
  const rows = all
    .filter(({ label, words = [label, ...label.split(' ')] }) =>
      words.some((word) => word.toLowerCase().startsWith(wanted)),
    )
    .slice(0, 8);
  return rows.length ? { from: caret - part.length - 1, to: caret, rows } : null;
}

const people = (world) => [
  ...world.state.people.map((person) => ({
    insert: `@${person.real_name} `,
    label: displayName(person),
    note: standing(person),
    face: face(world, person.id, { size: 'avatar-tiny' }),
  })),
  ...(world.state.user_groups ?? []).map((group) => ({
    insert: `@${group.handle} `,
    label: `@${group.handle}`,
    words: [group.handle, group.name],
    note: group.name,
  })),
];

const channels = (world) =>
  world.state.channels
    .filter((one) => one.kind !== 'im' && one.is_member)
    .map((one) => ({
      insert: `#${one.name} `,
      label: one.name,
      note: one.topic,
    }));

let lists = 0;

export class Completion {
  constructor(host, area, put) {
    this.area = area;
    this.put = put;
    this.found = null;
    this.at = 0;
    this.id = `completion-${++lists}`;
    this.node = h('div', {
      class: 'completion',
      role: 'listbox',
      id: this.id,
      'aria-label': 'Suggestions',
      hidden: true,
    });
    area.setAttribute('aria-controls', this.id);
    host.prepend(this.node);
  }

  /** Show what `complete` found, or nothing. */
  offer(found) {
    this.found = found;
    this.at = 0;
    if (!found) this.hide();
    else this.#draw();
  }

  hide() {
    this.found = null;
    this.node.hidden = true;
    this.node.replaceChildren();
    this.area.setAttribute('aria-expanded', 'false');
    this.area.removeAttribute('aria-activedescendant');
  }

  #draw() {
    this.node.hidden = false;
    this.area.setAttribute('aria-expanded', 'true');
    this.area.setAttribute('aria-activedescendant', `${this.id}-${this.at}`);
    this.node.replaceChildren(
      ...this.found.rows.map((row, index) =>
        h(
          'div',
          {
            class: 'completion-row',
            role: 'option',
            id: `${this.id}-${index}`,
            'aria-selected': String(index === this.at),
            on: {
              pointerdown: (event) => {
                event.preventDefault();
                this.#take(index);
              },
            },
          },
          row.face ?? null,
          h('strong', { text: row.label }),
          row.hint ? h('span', { class: 'completion-hint', text: row.hint }) : null,
          row.note ? h('span', { class: 'completion-note', text: row.note }) : null,
        ),
      ),
    );
  }

  #take(index) {
    const { from, to, rows } = this.found;
    const { insert } = rows[index];
    const { value } = this.area;
    this.hide();
    this.put(value.slice(0, from) + insert + value.slice(to).replace(/^ /, ''), from + insert.length);
    this.hide();
  }

  /** Handle a key while the list shows; true when it was for the list. */
  key(event) {
    if (!this.found) return false;
    const { rows } = this.found;
    if (event.key === 'ArrowDown') this.at = (this.at + 1) % rows.length;
    else if (event.key === 'ArrowUp') this.at = (this.at - 1 + rows.length) % rows.length;
    else if (event.key === 'Escape') this.hide();
    else if (event.key === 'Tab' || (event.key === 'Enter' && !event.shiftKey && !this.#isWhole())) this.#take(this.at);
    else return false;
    event.preventDefault();
    if (this.found) this.#draw();
    return true;
  }

  /** What is typed in full is sent by Enter, though a longer name would complete it too. */
  #isWhole() {
    const typed = this.area.value.slice(this.found.from, this.found.to);
    return this.at === 0 && this.found.rows[0].insert.trim() === typed;
  }
}
