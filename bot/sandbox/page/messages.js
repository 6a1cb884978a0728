// A list of messages: day dividers, who, when, what, replies. Promises: an update touches only the messages that changed,
// the reading position stays, and who reads at the end stays at the end.

import { blockItems, quietLine } from './blocks.js';
import { clock, dayKey, dayTitle, instant, moment } from './dates.js';
import { h, icon, keyed } from './dom.js';
import { Values } from './elements.js';
import { mrkdwn } from './mrkdwn.js';
import { displayName, face, kindBadge } from './people.js';

const TOGETHER = 5 * 60 * 1000;

export class MessageList {
  /** `openThread(ts)` is called for the reply button; without it the list shows a thread itself. */
  constructor(world, { label, openThread = null }) {
    this.world = world;
    this.openThread = openThread;
    this.values = new Map();
    this.list = h('div', { class: 'messages-list', role: 'log', 'aria-label': label });
    this.more = h('button', { class: 'more-below', type: 'button', hidden: true, on: { click: () => this.toEnd() } }, icon('down'), 'New messages');
    this.scroller = h('div', { class: 'messages', tabindex: '0', 'aria-label': label, role: 'region' }, this.list);
    this.node = h('div', { class: 'messages-frame' }, this.scroller, this.more);
    this.atEnd = true;
    this.scroller.addEventListener('scroll', () => {
      this.atEnd = this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < 48;
      if (this.atEnd) this.more.hidden = true;
    }, { passive: true });
    const settle = new ResizeObserver(() => this.atEnd && this.toEnd());
    settle.observe(this.list);
    settle.observe(this.scroller);
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.atEnd = true;
    this.more.hidden = true;
  }

  /** Show these messages. `about` names the conversation: another one starts at its end. `intro` stands above them. */
  show(messages, { about, channel, replies = new Map(), intro = null }) {
    const another = about !== this.about;
    if (another) {
      this.list.replaceChildren();
      this.about = about;
    }
    const newest = messages.at(-1);
    const grew = !another && newest && newest.ts !== this.newest;
    this.newest = newest?.ts;
    keyed(this.list, this.#items(messages, channel, replies, intro));
    if (another || this.atEnd || (grew && newest.user === this.world.me)) this.toEnd();
    else if (grew) this.more.hidden = false;
  }

  #items(messages, channel, replies, intro) {
    const { zone } = this.world;
    const items = intro ? [{ key: 'intro', sig: intro.sig, make: intro.make }] : [];
    let before = null;
    for (const message of messages) {
      const date = instant(message.ts) ?? new Date(0);
      const day = dayKey(date, zone);
      if (day !== before?.day) {
        const title = dayTitle(date, zone);
        items.push({ key: `day-${day}`, sig: title, make: () => h('div', { class: 'day', role: 'separator', 'aria-label': title }, h('span', { text: title })) });
      }
      const joined = Boolean(before && !message.blocks?.length && before.day === day && before.user === message.user && before.ephemeral === message.ephemeral && date - before.date < TOGETHER);
      items.push(this.#item(message, { channel, date, joined, replies: replies.get(message.ts) ?? [] }));
      before = { day, date, user: message.user, ephemeral: message.ephemeral };
    }
    return items;
  }

  #item(message, facts) {
    const sender = this.world.person(message.user);
    return {
      key: message.notice ?? message.ts,
      sig: JSON.stringify([message, facts.channel, facts.joined, facts.replies.map((reply) => [reply.ts, reply.user]), this.world.me, sender]),
      make: () => {
        const node = h('article', { data: message.notice ? { notice: message.notice } : { ts: message.ts } });
        node.append(h('div', { class: 'message-side' }), h('div', { class: 'message-main' },
          h('div', { class: 'message-top' }), h('div', { class: 'message-body blocks' }), h('div', { class: 'message-foot' })), h('div', { class: 'message-tools' }));
        this.#fill(node, message, facts);
        return node;
      },
      update: (node) => this.#fill(node, message, facts),
    };
  }

  #fill(node, message, { channel, date, joined, replies }) {
    const { world } = this;
    const sender = world.person(message.user);
    const name = message.username || displayName(sender);
    const time = h('time', { class: 'when', datetime: date.toISOString(), title: `${moment(date, world.zone)} (${world.zone})`, text: clock(date, world.zone) });
    node.className = `message ${joined ? 'is-joined' : ''} ${message.ephemeral ? 'is-ephemeral' : ''} ${message.notice ? 'is-notice' : ''}`;
    node.setAttribute('aria-label', `${name}, ${clock(date, world.zone)}${message.ephemeral ? ', only visible to you' : ''}`);
    const [side, main, tools] = node.children;
    const [top, body, foot] = main.children;
    side.replaceChildren(joined ? time : face(world, message.user, { name }));
    top.replaceChildren(...[
      message.ephemeral ? quietLine('eye', 'Only visible to you') : null,
      joined ? null : h('div', { class: 'message-head' }, h('strong', { class: 'who', text: name }), message.is_bot ? h('span', { class: 'badge badge-app', text: 'APP' }) : kindBadge(sender), time),
    ].filter(Boolean));
    keyed(body, this.#content(message, channel));
    keyed(foot, this.openThread && replies.length ? [this.#repliesItem(message, replies)] : []);
    const threadable = this.openThread && !message.ephemeral && !message.notice;
    keyed(tools, threadable ? [{ key: 'reply', sig: '', make: () => this.#replyButton(message) }] : []);
  }

  #content(message, channel) {
    const { world } = this;
    const items = message.blocks?.length ? blockItems(message.blocks, this.#place(message, channel)) : [
      { key: 'text', sig: `${message.text}\n${world.me}`, make: () => h('div', { class: 'text' }, mrkdwn(message.text ?? '', world)) },
    ];
    if (message.edited) items.push({ key: 'edited', sig: '', make: () => h('span', { class: 'edited', text: '(edited)' }) });
    return items;
  }

  #place(message, channel) {
    const id = `${channel}/${message.ts}`;
    if (!this.values.has(id)) this.values.set(id, new Values());
    return {
      world: this.world, id, values: this.values.get(id), where: { channel, message_ts: message.ts },
      pressable: (block) => block.type !== 'input' || Boolean(block.dispatch_action),
    };
  }

  #repliesItem(message, replies) {
    const count = `${replies.length} ${replies.length === 1 ? 'reply' : 'replies'}`;
    const last = instant(replies.at(-1).ts);
    const users = [...new Set(replies.map((reply) => reply.user))].slice(0, 3);
    return {
      key: 'replies', sig: JSON.stringify([count, last, users, this.world.me]),
      make: () => h('button', { class: 'replies', type: 'button', data: { focus: `replies-${message.ts}` }, on: { click: () => this.openThread(message.ts) } },
        users.map((user) => face(this.world, user, { size: 'avatar-tiny' })),
        h('strong', { text: count }), h('span', { class: 'muted', text: `last ${dayTitle(last, this.world.zone).toLowerCase()} ${clock(last, this.world.zone)}` })),
    };
  }

  #replyButton(message) {
    return h('button', { class: 'button button-icon button-small', type: 'button', 'aria-label': 'Reply in thread', title: 'Reply in thread', on: { click: () => this.openThread(message.ts) } }, icon('reply'));
  }
}

/** What belongs to the main pane, what to which thread; Slack's own notices stand between as lines of Slackbot's. */
export function arrange(messages, notices) {
  const replies = new Map();
  const main = [];
  for (const message of [...messages].sort((a, b) => Number(a.ts) - Number(b.ts))) {
    const isReply = message.thread_ts && message.thread_ts !== message.ts;
    if (!isReply) main.push(message);
    else replies.set(message.thread_ts, [...(replies.get(message.thread_ts) ?? []), message]);
  }
  const lines = notices.map((notice) => ({
    ts: String((instant(notice.at)?.getTime() ?? 0) / 1000), notice: `notice-${notice.id}`, user: 'USLACKBOT', username: 'Slackbot',
    is_bot: false, text: notice.text, blocks: null, edited: false, ephemeral: true,
  }));
  return { main: [...main, ...lines].sort((a, b) => Number(a.ts) - Number(b.ts)), replies };
}
