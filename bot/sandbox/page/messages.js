// A list of messages with day dividers, for a channel or a thread. Promises: an update touches only the messages that changed,
// the reading position stays, and who reads at the end stays at the end.

import { dayKey, dayTitle, instant } from './dates.js';
import { h, icon, keyed } from './dom.js';
import { MessageDrawing } from './message.js';

const TOGETHER = 5 * 60 * 1000;

export class MessageList {
  /** `openThread(ts)` is called for the reply button; without it the list shows a thread itself. */
  constructor(world, { label, openThread = null }) {
    this.world = world;
    this.drawing = new MessageDrawing(world, { openThread });
    this.list = h('div', { class: 'messages-list', role: 'log', 'aria-label': label });
    this.more = h(
      'button',
      { class: 'more-below', type: 'button', hidden: true, on: { click: () => this.toEnd() } },
      icon('down'),
      'New messages',
    );
    this.scroller = h('div', { class: 'messages', tabindex: '0', 'aria-label': label, role: 'region' }, this.list);
    this.node = h('div', { class: 'messages-frame' }, this.scroller, this.more);
    this.atEnd = true;
    this.scroller.addEventListener(
      'scroll',
      () => this.#scrolled(),
      { passive: true },
    );
    const settle = new ResizeObserver(() => this.atEnd && this.toEnd());
    settle.observe(this.list);
    settle.observe(this.scroller);
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.shape = this.#shape();
    this.atEnd = true;
    this.more.hidden = true;
  }

  #shape() {
    const { scrollHeight, clientHeight, clientWidth } = this.scroller;
    return `${scrollHeight} ${clientHeight} ${clientWidth}`;
  }

  #scrolled() {
    // Where the pane or its content changed size, it was not the reader who moved.
    if (this.atEnd && this.#shape() !== this.shape) return this.toEnd();
    this.shape = this.#shape();
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    this.atEnd = scrollHeight - scrollTop - clientHeight < 48;
    if (this.atEnd) this.more.hidden = true;
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
        items.push({
          key: `day-${day}`,
          sig: title,
          make: () => h('div', { class: 'day', role: 'separator', 'aria-label': title }, h('span', { text: title })),
        });
      }
      const joined = Boolean(
        before &&
        !message.blocks?.length &&
        before.day === day &&
        before.user === message.user &&
        before.ephemeral === message.ephemeral &&
        date - before.date < TOGETHER,
      );
      items.push(this.drawing.item(message, { channel, date, joined, replies: replies.get(message.ts) ?? [] }));
      before = { day, date, user: message.user, ephemeral: message.ephemeral };
    }
    return items;
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
    ts: String((instant(notice.at)?.getTime() ?? 0) / 1000),
    notice: `notice-${notice.id}`,
    user: 'USLACKBOT',
    username: 'Slackbot',
    is_bot: false,
    text: notice.text,
    blocks: null,
    edited: false,
    ephemeral: true,
  }));
  return { main: [...main, ...lines].sort((a, b) => Number(a.ts) - Number(b.ts)), replies };
}
