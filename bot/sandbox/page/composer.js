// Where one writes: Enter sends, Shift+Enter breaks the line, arrow up brings back what was sent, and slash commands,
// @people and #channels are completed. Promises: each conversation keeps its own half-written text.

import { complete, Completion } from './completion.js';
import { h, icon, toast } from './dom.js';
import { ShortcutButton } from './shortcuts.js';

const drafts = new Map();
const sentBefore = new Map();

export class Composer {
  /** `onSay()` is called when something is sent. */
  constructor(world, { thread = false, onSay = () => {} } = {}) {
    this.world = world;
    this.onSay = onSay;
    this.thread = thread;
    this.recalled = -1;
    this.area = h('textarea', {
      class: 'composer-text',
      rows: 1,
      role: 'combobox',
      'aria-autocomplete': 'list',
      'aria-expanded': 'false',
      spellcheck: 'true',
      data: { focus: thread ? 'composer-thread' : 'composer' },
    });
    this.send = h(
      'button',
      { class: 'button button-icon button-send', type: 'submit', 'aria-label': 'Send', disabled: true },
      icon('send'),
    );
    this.hint = h('div', { class: 'composer-hint', 'aria-live': 'polite', hidden: true });
    this.blocked = h('div', { class: 'composer-blocked', hidden: true });
    this.shortcuts = thread ? null : new ShortcutButton(world);
    this.form = h('form', { class: 'composer-box' }, this.shortcuts?.node, this.area, this.send);
    this.node = h('div', { class: 'composer' }, this.hint, this.form, this.blocked);
    this.completion = new Completion(this.form, this.area, (text, caret) => this.#put(text, caret));
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send();
    });
    this.area.addEventListener('input', () => this.#changed());
    this.area.addEventListener('keydown', (event) => this.#key(event));
    this.area.addEventListener('blur', () => this.completion.hide());
  }

  get #draft() {
    return `${this.world.me} ${this.target?.channel} ${this.target?.thread ?? ''}`;
  }

  /** Write to this conversation: {channel, thread?, label, blocked?}. Blocked says why nobody can write here. */
  aim(target) {
    const before = this.target && this.#lastDraft;
    this.target = target;
    this.area.placeholder = target.label;
    this.area.setAttribute('aria-label', target.label);
    this.form.hidden = Boolean(target.blocked);
    this.shortcuts?.place();
    this.blocked.hidden = !target.blocked;
    if (this.blocked.textContent !== (target.blocked ?? '')) this.blocked.textContent = target.blocked ?? '';
    if (before === this.#draft) return;
    this.#lastDraft = this.#draft;
    this.area.value = drafts.get(this.#draft) ?? '';
    this.recalled = -1;
    this.completion.hide();
    this.#grow();
  }

  #lastDraft = null;

  focus() {
    if (!this.form.hidden) this.area.focus({ preventScroll: true });
  }

  #put(text, caret) {
    this.area.value = text;
    this.area.setSelectionRange(caret, caret);
    this.area.focus();
    this.#changed();
  }

  #changed() {
    drafts.set(this.#draft, this.area.value);
    this.#grow();
    const { value, selectionStart } = this.area;
    this.completion.offer(complete(value, selectionStart, this.world, { commands: !this.thread }));
  }

  #grow() {
    this.area.style.setProperty('height', 'auto');
    this.area.style.setProperty('height', `${Math.min(this.area.scrollHeight, 220)}px`);
    this.send.disabled = !this.area.value.trim();
    this.#usage();
  }

  #usage() {
    const typed = /^(\/\S+)\s/.exec(this.area.value);
    const command = typed && !this.thread && this.world.state.commands.find((one) => one.command === typed[1]);
    this.hint.hidden = !command;
    const text = command ? `${command.command} ${command.usage_hint}` : '';
    if (this.hint.dataset.shown === text) return;
    this.hint.dataset.shown = text;
    this.hint.replaceChildren(
      ...(command ? [h('code', { text: command.command }), h('span', { text: ` ${command.usage_hint ?? ''}` })] : []),
    );
  }

  #key(event) {
    if (event.isComposing || this.completion.key(event)) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      this.#send();
    } else if (event.key === 'ArrowUp' && this.area.selectionStart === 0 && this.area.selectionEnd === 0)
      this.#recall(event, 1);
    else if (event.key === 'ArrowUp' && this.recalled >= 0 && !this.area.value.includes('\n')) this.#recall(event, 1);
    else if (event.key === 'ArrowDown' && this.recalled >= 0 && !this.area.value.includes('\n'))
      this.#recall(event, -1);
  }

  #recall(event, step) {
    const before = sentBefore.get(this.world.me) ?? [];
    const next = this.recalled + step;
    if (next >= before.length) return;
    event.preventDefault();
    this.recalled = next;
    this.area.value = next < 0 ? '' : before[next];
    this.area.setSelectionRange(this.area.value.length, this.area.value.length);
    drafts.set(this.#draft, this.area.value);
    this.completion.hide();
    this.#grow();
  }

  async #send() {
    const text = this.area.value.trim();
    if (!text) return;
    this.area.value = '';
    drafts.delete(this.#draft);
    this.recalled = -1;
    this.completion.hide();
    this.#grow();
    await this.say(text);
  }

  /** Send a text as if it had been written here. */
  async say(text) {
    const { me } = this.world;
    this.onSay();
    sentBefore.set(me, [text, ...(sentBefore.get(me) ?? []).filter((one) => one !== text)].slice(0, 50));
    // A command goes as typed: whether Slack escapes it is for the app's manifest to say.
    const written = text.startsWith('/') ? text : withIds(text, this.world);
    const answer = await this.world.say(this.target.channel, written, this.target.thread);
    // What went wrong with a command, Slack itself says in a line of its own.
    if (!answer.ok && !text.startsWith('/')) toast(`That was not sent: ${answer.error}`, { kind: 'warning' });
  }
}

/** What was typed as Slack's client sends it: `&`, `<`, `>` escaped, "@Ana Ruiz" and "#launches" with their ids. */
function withIds(typed, world) {
  const text = typed.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const people = world.state.people.map((person) => [`@${person.real_name}`, `<@${person.id}|${person.name}>`]);
  const channels = world.state.channels
    .filter((one) => one.kind !== 'im')
    .map((one) => [`#${one.name}`, `<#${one.id}|${one.name}>`]);
  const longestFirst = [...people, ...channels].sort((a, b) => b[0].length - a[0].length);
  return longestFirst.reduce(
    (out, [name, id]) =>
      out.replace(
        new RegExp(`(^|[\\s(])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\p{L}\\p{N}_-])`, 'gu'),
        (_, lead) => lead + id,
      ),
    text,
  );
}
