// The view an app has opened over the page. Promises: an update of the view keeps what was typed, faults stand beside
// their field, and Esc, Close and the cross all tell the app.

import { blockItems } from './blocks.js';
import { h, icon, keyed } from './dom.js';
import { fault, localMoment, sent } from './inputs.js';
import { mrkdwn, plain } from './mrkdwn.js';
import { closeMenu } from './menu.js';
import { Values } from './place.js';

export class Modal {
  constructor(world) {
    this.world = world;
    this.view = null;
    this.held = new Map();
    this.title = h('h2', { id: 'modal-title' });
    this.blocks = h('div', { class: 'blocks' });
    this.problem = h('div', { class: 'field-error', role: 'alert', hidden: true });
    this.cancel = h('button', { type: 'button', class: 'button' });
    this.submit = h('button', { type: 'submit', class: 'button button-primary' });
    const cross = h(
      'button',
      { type: 'button', class: 'button button-icon button-bare', 'aria-label': 'Close' },
      icon('close'),
    );
    this.form = h(
      'form',
      { novalidate: true },
      h('header', { class: 'dialog-head' }, this.title, cross),
      h('div', { class: 'dialog-body' }, this.blocks, this.problem),
      h('footer', { class: 'dialog-foot' }, this.cancel, this.submit),
    );
    this.dialog = h('dialog', { class: 'dialog', 'aria-labelledby': 'modal-title' }, this.form);
    document.body.append(this.dialog);
    this.form.addEventListener('submit', (event) => this.#submit(event));
    for (const way of [this.cancel, cross]) way.addEventListener('click', () => this.#close());
    this.dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      this.#close();
    });
  }

  #place(view) {
    if (!this.held.has(view.id)) this.held.set(view.id, this.#starting(view));
    return {
      world: this.world,
      id: view.id,
      values: this.held.get(view.id),
      where: { view_id: view.id },
      pressable: (block) => block.type !== 'input' || Boolean(block.dispatch_action),
    };
  }

  #starting(view) {
    const values = new Values();
    for (const [block, actions] of Object.entries(view.state_values ?? {})) {
      for (const [action, value] of Object.entries(actions ?? {})) {
        values.set(block, action, raw(value));
      }
    }
    return values;
  }

  /** Show, update or take away the view, as the state says. */
  render() {
    const view = this.world.state.view;
    if (!view) {
      if (this.dialog.open) this.dialog.close();
      this.view = null;
      this.held.clear();
      return;
    }
    const another = this.view?.id !== view.id;
    if (another) {
      closeMenu({ refocus: false });
      this.blocks.replaceChildren();
      this.problem.hidden = true;
    }
    this.view = view;
    this.title.textContent = plain(view.title?.text ?? '');
    this.cancel.textContent = plain(view.close?.text ?? (view.submit ? 'Cancel' : 'Close'));
    this.submit.textContent = plain(view.submit?.text ?? 'Submit');
    this.submit.hidden = !view.submit && !view.blocks.some((block) => block.type === 'input');
    this.submit.disabled = Boolean(view.submit_disabled);
    this.dialog.classList.toggle('is-loading', isLoading(view));
    keyed(this.blocks, blockItems(view.blocks ?? [], this.#place(view)));
    this.#faults(view.errors ?? this.ownFaults ?? {});
    if (!this.dialog.open) this.dialog.showModal();
    if (another) (this.blocks.querySelector('input, textarea, [role=combobox]') ?? this.dialog).focus();
  }

  #faults(errors) {
    for (const field of this.blocks.querySelectorAll('.input')) {
      const text = errors[field.dataset.block];
      const line = field.querySelector('.field-error');
      if (line.textContent !== (text ?? '')) line.replaceChildren(text ? mrkdwn(text, this.world) : '');
      line.hidden = !text;
      field.classList.toggle('is-wrong', Boolean(text));
      field.querySelector('[data-action]')?.setAttribute('aria-invalid', String(Boolean(text)));
    }
  }

  #values(view) {
    const { values } = this.#place(view);
    const out = {};
    for (const block of view.blocks) {
      for (const element of [block.element, block.accessory, ...(block.type === 'actions' ? block.elements : [])]) {
        if (!element?.action_id || ['button', 'overflow', 'image'].includes(element.type)) continue;
        (out[block.block_id] ??= {})[element.action_id] = sent(element, values.get(block.block_id, element.action_id));
      }
    }
    return out;
  }

  async #submit(event) {
    event.preventDefault();
    const view = this.view;
    const values = this.#values(view);
    const faults = view.blocks
      .filter((block) => block.type === 'input')
      .map((block) => [block.block_id, fault(block, values[block.block_id]?.[block.element?.action_id])])
      .filter(([, text]) => text);
    this.ownFaults = faults.length ? Object.fromEntries(faults) : null;
    this.#faults(this.ownFaults ?? {});
    if (!faults.length) await this.#send('submit', { view_id: view.id, values });
    this.blocks.querySelector('.is-wrong [data-action]')?.focus();
  }

  async #send(path, body) {
    this.form.setAttribute('aria-busy', 'true');
    const answer = await this.world.send(path, body);
    this.form.removeAttribute('aria-busy');
    this.problem.hidden = answer.ok || Boolean(this.view?.errors);
    this.problem.textContent = answer.ok ? '' : `We had some trouble connecting. Try again? (${answer.error})`;
  }

  #close() {
    return this.#send('close', { view_id: this.view.id });
  }
}

/** A value of Slack's `state.values` as the field holds it: an option by its value, several as a list. */
function raw(state) {
  const { type, ...rest } = state ?? {};
  const value = Object.values(rest)[0] ?? undefined;
  if (Array.isArray(value)) return value.map((one) => one?.value ?? one);
  if (type === 'datetimepicker') return value && localMoment(value);
  return value?.value ?? value;
}

/** A view an app opened only to hold the place while it looks things up. */
function isLoading(view) {
  const texts = (view.blocks ?? []).map((block) => block.text?.text ?? block.elements?.[0]?.text ?? '');
  return texts.length <= 2 && /^\W*(loading|one moment|looking|fetching)/i.test(texts[0] ?? '');
}
