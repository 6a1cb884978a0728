// The view an app has opened over the page, the top one of a stack. Promises: an update of the view keeps what was typed,
// faults stand beside their field, Esc, Close and the arrow go back by one view, the cross leaves them all.

import { findFocus, h, icon } from './dom.js';
import { fault } from './inputs.js';
import { mrkdwn, plain } from './mrkdwn.js';
import { closeMenu } from './menu.js';
import { ViewDrawing } from './view.js';

export class Modal {
  constructor(world) {
    this.world = world;
    this.view = null;
    this.drawing = new ViewDrawing(world);
    this.left = new Map();
    this.title = h('h2', { id: 'modal-title' });
    this.blocks = h('div', { class: 'blocks' });
    this.problem = h('div', { class: 'field-error', role: 'alert', hidden: true });
    this.cancel = h('button', { type: 'button', class: 'button' });
    this.submit = h('button', { type: 'submit', class: 'button button-primary' });
    const bare = (name, label) =>
      h('button', { type: 'button', class: 'button button-icon button-bare', 'aria-label': label }, icon(name));
    this.back = bare('back', 'Back');
    this.cross = bare('close', 'Close');
    this.body = h('div', { class: 'dialog-body' }, this.blocks, this.problem);
    this.form = h(
      'form',
      { novalidate: true },
      h('header', { class: 'dialog-head' }, this.back, this.title, this.cross),
      this.body,
      h('footer', { class: 'dialog-foot' }, this.cancel, this.submit),
    );
    this.dialog = h('dialog', { class: 'dialog', 'aria-labelledby': 'modal-title' }, this.form);
    document.body.append(this.dialog);
    this.form.addEventListener('submit', (event) => this.#submit(event));
    for (const way of [this.cancel, this.back]) way.addEventListener('click', () => this.#close());
    this.cross.addEventListener('click', () => this.#close({ all: true }));
    this.dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      this.#close();
    });
  }

  /** Show, update or take away the view, as the state says. */
  render() {
    const view = this.world.state.view;
    if (!view) {
      if (this.dialog.open) this.dialog.close();
      this.view = null;
      this.drawing.forget();
      this.left.clear();
      return;
    }
    const another = this.view?.id !== view.id;
    if (another) {
      closeMenu({ refocus: false });
      this.#leave();
      this.blocks.replaceChildren();
      this.problem.hidden = true;
      this.ownFaults = null;
    }
    this.view = view;
    this.title.textContent = plain(view.title?.text ?? '');
    this.cancel.textContent = plain(view.close?.text ?? (view.submit ? 'Cancel' : 'Close'));
    this.submit.textContent = plain(view.submit?.text ?? 'Submit');
    this.submit.hidden = !view.submit && !view.blocks.some((block) => block.type === 'input');
    this.submit.disabled = Boolean(view.submit_disabled);
    this.dialog.classList.toggle('is-loading', isLoading(view));
    this.back.hidden = !view.previous_view_id;
    this.cross.setAttribute('aria-label', view.previous_view_id ? 'Close all' : 'Close');
    this.drawing.draw(this.blocks, view);
    this.#faults(view.errors ?? this.ownFaults ?? {});
    if (!this.dialog.open) this.dialog.showModal();
    if (another) this.#arrive(view);
  }

  /** Remember where the person was in the view that another one now covers. */
  #leave() {
    if (!this.view || !this.dialog.open) return;
    const focus = this.blocks.contains(document.activeElement) ? document.activeElement.dataset.focus : '';
    this.left.set(this.view.id, { focus, top: this.body.scrollTop });
  }

  #arrive(view) {
    const { focus, top } = this.left.get(view.id) ?? {};
    this.body.scrollTop = top ?? 0;
    const start = findFocus(focus, this.blocks) ?? this.blocks.querySelector('input, textarea, [role=combobox]');
    (start ?? this.dialog).focus({ preventScroll: top !== undefined });
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

  async #submit(event) {
    event.preventDefault();
    const view = this.view;
    const values = this.drawing.values(view);
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

  #close(more = {}) {
    return this.#send('close', { view_id: this.view.id, ...more });
  }
}

/** A view an app opened only to hold the place while it looks things up. */
function isLoading(view) {
  const texts = (view.blocks ?? []).map((block) => block.text?.text ?? block.elements?.[0]?.text ?? '');
  return texts.length <= 2 && /^\W*(loading|one moment|looking|fetching)/i.test(texts[0] ?? '');
}
