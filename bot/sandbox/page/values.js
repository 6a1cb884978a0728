// What fields of one message or view hold. Promises: what the person typed or chose is kept apart from the nodes and wins
// over what the server last said, which wins over what the element began with.

import { localMoment } from './inputs.js';

const key = (block, action) => `${block}\n${action}`;

export class Values {
  #chosen = new Map();
  #told = new Map();
  #begun = new Map();
  #unsent = new Set();
  #labels = new Map();
  #drafts = new Map();

  /** What the field holds now; `begin` has said with what it began. */
  get(block, action) {
    const name = key(block, action);
    return [this.#chosen, this.#told, this.#begun].find((held) => held.has(name))?.get(name);
  }

  /** A field is drawn that begins with `initial`; answers what it holds. */
  begin(block, action, initial) {
    this.#begun.set(key(block, action), initial);
    return this.get(block, action);
  }

  /** The person typed or chose. */
  set(block, action, value) {
    this.#chosen.set(key(block, action), value);
    this.#unsent.add(key(block, action));
  }

  /** Whether the field was changed since this was last asked. */
  takeUnsent(block, action) {
    return this.#unsent.delete(key(block, action));
  }

  /** Take over what the server says that a view's fields hold: Slack's `state.values`. */
  follow(state) {
    this.#told.clear();
    for (const [block, actions] of Object.entries(state ?? {})) {
      for (const [action, value] of Object.entries(actions ?? {})) {
        const held = raw(value);
        if (held !== undefined) this.#told.set(key(block, action), held);
        for (const option of [value.selected_option, ...(value.selected_options ?? [])]) this.meet(block, action, option);
      }
    }
  }

  /** Remember how an option reads that the app has offered, for when only its value is known. */
  meet(block, action, option) {
    if (option) this.#labels.set(`${key(block, action)}\n${option.value}`, option.text?.text ?? '');
  }

  label(block, action, value) {
    return this.#labels.get(`${key(block, action)}\n${value}`) ?? String(value);
  }

  /** What `keepDraft` keeps of a search that is open; undefined when none is. */
  draft(block, action) {
    return this.#drafts.get(key(block, action));
  }

  /** Keep how far a search is; undefined ends it. */
  keepDraft(block, action, draft) {
    if (draft === undefined) this.#drafts.delete(key(block, action));
    else this.#drafts.set(key(block, action), draft);
  }
}

/** A value of `state.values` as the field holds it: an option by its value, several as a list; undefined when empty. */
function raw(state) {
  const { type, ...rest } = state ?? {};
  const value = Object.values(rest)[0] ?? undefined;
  if (Array.isArray(value)) return value.map((one) => one?.value ?? one);
  if (type === 'datetimepicker') return value && localMoment(value);
  return value?.value ?? value;
}
