// The messages view: one channel, its thread beside it, and a composer for each; for the app, its Home too. Promises: it draws what the route names
// and changes the route when the person goes elsewhere; it never moves by itself.

import { findFocus, h, icon } from './dom.js';
import { arrange, MessageList } from './messages.js';
import { Composer } from './composer.js';
import { Home } from './home.js';
import { openMenu } from './menu.js';
import { displayName, face } from './people.js';

const WHAT_IF = [
  ['external', '… is shared with another organisation', (channel) => !channel.shared],
  ['guest', '… gets a guest', (channel) => !channel.has_guest],
  ['archive', '… is archived', (channel) => !channel.archived],
  ['remove_bot', '… loses the app', (channel) => channel.bot_is_member],
  ['invite_bot', '… gets the app invited', (channel) => !channel.bot_is_member && !channel.archived],
];

export class Workspace {
  constructor(world, node, { go }) {
    this.world = world;
    this.go = go;
    this.head = h('header', { class: 'pane-head' });
    this.list = new MessageList(world, {
      label: 'Messages',
      openThread: (ts) => go(`#/slack/${this.channel.id}/${ts}`),
    });
    this.composer = new Composer(world, { onSay: () => this.list.toEnd() });
    this.home = new Home(world);
    this.typing = h('div', { class: 'typing', role: 'status' });
    this.thread = new MessageList(world, { label: 'Thread' });
    this.threadComposer = new Composer(world, { thread: true, onSay: () => this.thread.toEnd() });
    this.threadName = h('span', { class: 'pane-note' });
    this.tools = h(
      'button',
      {
        class: 'button button-icon button-bare',
        type: 'button',
        'aria-label': 'What if this channel …',
        title: 'What if this channel …',
        'aria-haspopup': 'menu',
        'aria-expanded': 'false',
        data: { focus: 'channel-tools' },
      },
      icon('more'),
    );
    this.tools.addEventListener('click', () => this.#whatIf());
    const close = h(
      'button',
      {
        class: 'button button-icon button-bare',
        type: 'button',
        'aria-label': 'Close thread',
        on: { click: () => this.closeThread() },
      },
      icon('close'),
    );
    this.aside = h(
      'aside',
      { class: 'thread', 'aria-label': 'Thread', hidden: true },
      h(
        'header',
        { class: 'pane-head' },
        h('div', { class: 'pane-title' }, h('h2', { text: 'Thread' }), this.threadName),
        close,
      ),
      this.thread.node,
      this.threadComposer.node,
    );
    this.aside.addEventListener(
      'keydown',
      (event) => event.key === 'Escape' && !event.defaultPrevented && this.closeThread(),
    );
    node.append(
      h(
        'section',
        { class: 'channel', 'aria-label': 'Channel' },
        this.head,
        this.home.node,
        this.list.node,
        this.typing,
        this.composer.node,
      ),
      this.aside,
    );
  }

  closeThread() {
    this.go(`#/slack/${this.channel.id}`);
    this.composer.focus();
  }

  /** Draw channel `id` and, with `thread`, that thread; or with `home`, the Home of the app it is with. */
  render(id, { home, thread }) {
    const { state, me } = this.world;
    const channel = this.world.channel(id);
    const moved = this.channel?.id !== id || this.seat !== me || this.atHome !== home;
    this.channel = channel;
    this.seat = me;
    this.atHome = home;
    this.#drawHead(channel);
    this.home.render(home);
    for (const node of [this.list.node, this.typing, this.composer.node]) node.hidden = home;
    const notices = (state.notices ?? []).filter((notice) => notice.channel === id);
    const { main, replies } = arrange(state.messages[id] ?? [], notices);
    const about = `${me} ${id}`;
    this.list.show(main, { about, channel: id, replies, intro: this.#intro(channel) });
    this.composer.aim({ channel: id, label: `Message ${this.#name(channel)}`, blocked: blocked(channel) });
    this.typing.textContent = state.typing ? `${state.app.name} is typing …` : '';
    this.#drawThread(channel, thread, main, replies);
    if (!moved || home || document.querySelector('dialog[open]')) return;
    if (matchMedia('(hover: hover)').matches) this.composer.focus();
  }

  #drawThread(channel, ts, main, replies) {
    const parent = ts && main.find((message) => message.ts === ts);
    const appears = parent && this.aside.hidden;
    this.aside.hidden = !parent;
    if (!parent) return;
    this.threadName.textContent = this.#name(channel);
    this.thread.show([parent, ...(replies.get(ts) ?? [])], { about: `${this.world.me} ${ts}`, channel: channel.id });
    this.threadComposer.aim({ channel: channel.id, thread: ts, label: 'Reply …', blocked: blocked(channel) });
    if (appears) this.threadComposer.focus();
  }

  #name(channel) {
    return channel.kind === 'im' ? displayName(this.world.person(channel.peer)) : `#${channel.name}`;
  }

  #drawHead(channel) {
    const sig = JSON.stringify([channel, this.world.me, this.atHome]);
    if (this.headSig === sig) return;
    this.headSig = sig;
    const focused = this.head.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
    const peer = channel.peer && this.world.person(channel.peer);
    const sign =
      channel.kind === 'im'
        ? face(this.world, peer?.id, { size: 'avatar-tiny' })
        : icon(channel.archived ? 'box' : channel.kind === 'private' ? 'lock' : 'hash');
    const facts = [
      channel.archived && 'archived',
      channel.shared && 'shared with another organisation',
      channel.has_guest && 'with a guest',
      channel.kind !== 'im' && !channel.bot_is_member && !channel.archived && 'the app is not in it',
    ].filter(Boolean);
    this.head.replaceChildren(
      h(
        'div',
        { class: 'pane-title' },
        h('h1', {}, sign, h('span', { text: channel.kind === 'im' ? displayName(peer) : channel.name })),
        facts.map((text) => h('span', { class: 'badge badge-fact', text })),
        channel.topic ? h('span', { class: 'pane-note', text: channel.topic }) : null,
        channel.kind === 'im' && this.world.state.app.home_tab ? this.#tabs(channel, displayName(peer)) : null,
      ),
      ...(channel.kind === 'im' ? [] : [this.tools]),
    );
    findFocus(focused, this.head)?.focus();
  }

  #tabs(channel, name) {
    const tab = (text, path, here) =>
      h('a', {
        href: `#/slack/${channel.id}${path}`,
        'aria-current': here ? 'page' : null,
        data: { focus: `tab-${text}` },
        text,
      });
    return h(
      'nav',
      { class: 'pane-tabs', 'aria-label': name },
      tab('Home', '/home', this.atHome),
      tab('Messages', '', !this.atHome),
    );
  }

  #intro(channel) {
    const text =
      channel.kind === 'im'
        ? `Only you and ${this.#name(channel)} read this.`
        : channel.topic || 'Nothing was said about what it is for.';
    return {
      sig: JSON.stringify([channel.name, text]),
      make: () =>
        h(
          'div',
          { class: 'intro' },
          h('h2', { text: channel.kind === 'im' ? this.#name(channel) : `The beginning of #${channel.name}` }),
          h('p', { text }),
        ),
    };
  }

  #whatIf() {
    const channel = this.channel;
    openMenu(
      this.tools,
      WHAT_IF.filter(([, , fits]) => fits(channel)).map(([change, label]) => ({
        label,
        pick: () => this.world.send('channel', { id: channel.id, change }),
      })),
      { label: 'What if this channel …' },
    );
  }
}

function blocked(channel) {
  if (channel.archived) return 'This channel is archived: it can be read, nothing more.';
  return channel.is_member ? null : 'You are not in this channel. Be somebody who is, to write here.';
}
