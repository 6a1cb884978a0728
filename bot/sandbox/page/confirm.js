// Small questions that must be answered first: Block Kit's confirm object, and the page's own.

import { h } from './dom.js';
import { textObject } from './mrkdwn.js';

/** Ask; resolves to true only when the person agreed. `question`: a confirm object (title, text, confirm, deny, style). */
export function ask(question, world) {
  return new Promise((resolve) => {
    const danger = question.style === 'danger';
    const agree = h(
      'button',
      { type: 'submit', value: 'yes', class: `button ${danger ? 'button-danger-full' : 'button-primary'}` },
      textObject(question.confirm, world),
    );
    const deny = h('button', { type: 'button', class: 'button' }, textObject(question.deny, world));
    const dialog = h(
      'dialog',
      {
        class: 'dialog dialog-small',
        role: 'alertdialog',
        'aria-labelledby': 'confirm-title',
        'aria-describedby': 'confirm-text',
      },
      h(
        'form',
        { method: 'dialog' },
        h('header', { class: 'dialog-head' }, h('h2', { id: 'confirm-title' }, textObject(question.title, world))),
        h('div', { class: 'dialog-body', id: 'confirm-text' }, textObject(question.text, world)),
        h('footer', { class: 'dialog-foot' }, deny, agree),
      ),
    );
    deny.addEventListener('click', () => dialog.close(''));
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
    document.body.append(dialog);
    dialog.showModal();
    agree.focus();
  });
}
