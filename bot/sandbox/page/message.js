// One message: whose, when, its text or blocks, its replies. Promises: filled anew when it changes, part by part, so that
// what did not change keeps its nodes.

import { blockItems, quietLine } from './blocks.js';
import { clock, dayTitle, instant, moment } from './dates.js';
import { h, icon, keyed } from './dom.js';
import { mrkdwn } from './mrkdwn.js';
import { displayName, face, kindBadge } from './people.js';
import { messageMenu } from './shortcuts.js';
import { Values } from './values.js';

/** A file in a message: a picture is shown with its title, anything else is a link. */
function sharedFile({ id, url, name, title, alt_text: alt, is_picture: picture }) {
  const attributes = { href: url, target: '_blank', rel: 'noopener' };
  const make = () =>
    picture
      ? h(
          'figure',
          { class: 'block picture' },
          h('figcaption', { text: title }),
          h('a', { ...attributes, title: 'Open the picture' }, h('img', { src: url, alt: alt || title })),
        )
      : h('div', { class: 'block' }, h('a', { ...attributes, class: 'file', download: name, text: title }));
  return { key: `file-${id}`, sig: url, make };
}

export class MessageDrawing {
  /** `openThread(ts)` is called for the reply button; without it messages stand in a thread themselves. */
  constructor(world, { openThread }) {
    this.world = world;
    this.openThread = openThread;
    this.values = new Map();
  }

  /** The message as an item for `keyed`. `facts`: {channel, date, joined, replies}. */
  item(message, facts) {
    const sender = this.world.person(message.user);
    return {
      key: message.notice ?? message.ts,
      sig: JSON.stringify([
        message,
        facts.channel,
        facts.joined,
        facts.replies.map((reply) => [reply.ts, reply.user]),
        this.world.me,
        sender,
      ]),
      make: () => {
        const node = h('article', { data: message.notice ? { notice: message.notice } : { ts: message.ts } });
        node.append(
          h('div', { class: 'message-side' }),
          h(
            'div',
            { class: 'message-main' },
            h('div', { class: 'message-top' }),
            h('div', { class: 'message-body blocks' }),
            h('div', { class: 'message-foot' }),
          ),
          h('div', { class: 'message-tools' }),
        );
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
    const time = h('time', {
      class: 'when',
      datetime: date.toISOString(),
      title: `${moment(date, world.zone)} (${world.zone})`,
      text: clock(date, world.zone),
    });
    node.className = `message ${joined ? 'is-joined' : ''} ${message.ephemeral ? 'is-ephemeral' : ''} ${message.notice ? 'is-notice' : ''}`;
    node.setAttribute(
      'aria-label',
      `${name}, ${clock(date, world.zone)}${message.ephemeral ? ', only visible to you' : ''}`,
    );
    const [side, main, tools] = node.children;
    const [top, body, foot] = main.children;
    side.replaceChildren(joined ? time : face(world, message.user, { name }));
    top.replaceChildren(
      ...[
        message.ephemeral ? quietLine('eye', 'Only visible to you') : null,
        joined
          ? null
          : h(
              'div',
              { class: 'message-head' },
              h('strong', { class: 'who', text: name }),
              message.is_bot ? h('span', { class: 'badge badge-app', text: 'APP' }) : kindBadge(sender),
              time,
            ),
      ].filter(Boolean),
    );
    keyed(body, this.#content(message, channel));
    keyed(foot, this.openThread && replies.length ? [this.#repliesItem(message, replies)] : []);
    keyed(tools, message.ephemeral || message.notice ? [] : this.#tools(message, channel));
  }

  #content(message, channel) {
    const { world } = this;
    const text = {
      key: 'text',
      sig: `${message.text}\n${world.me}`,
      make: () => h('div', { class: 'text' }, mrkdwn(message.text ?? '', world)),
    };
    const plain = message.text || !message.files?.length ? [text] : [];
    const items = message.blocks?.length ? blockItems(message.blocks, this.#place(message, channel)) : plain;
    if (message.edited)
      items.push({ key: 'edited', sig: '', make: () => h('span', { class: 'edited', text: '(edited)' }) });
    items.push(...(message.files ?? []).map(sharedFile));
    return [...items, ...(message.unfurls ?? []).map((unfurl) => this.#unfurl(unfurl, this.#place(message, channel)))];
  }

  /** What the app says of a link in the message, beneath it. */
  #unfurl({ url, blocks }, place) {
    const fill = (node) => keyed(node, blockItems(blocks, { ...place, id: `${place.id}/${url}` }));
    return {
      key: `unfurl-${url}`,
      sig: JSON.stringify([blocks, this.world.me]),
      make: () => {
        const node = h('div', { class: 'unfurl blocks', role: 'group', 'aria-label': `Preview of ${url}` });
        fill(node);
        return node;
      },
      update: fill,
    };
  }

  #tools(message, channel) {
    const list = this.openThread ? 'channel' : 'thread';
    const shortcuts = this.world.state.shortcuts ?? [];
    const more = {
      key: 'more',
      sig: JSON.stringify([message.ts, channel, shortcuts]),
      make: () => messageMenu(this.world, message, channel, { list }),
    };
    return this.openThread ? [{ key: 'reply', sig: '', make: () => this.#replyButton(message) }, more] : [more];
  }

  #place(message, channel) {
    const id = `${this.openThread ? 'channel' : 'thread'}/${channel}/${message.ts}`;
    if (!this.values.has(id)) this.values.set(id, new Values());
    return {
      world: this.world,
      id,
      values: this.values.get(id),
      where: { channel, message_ts: message.ts },
      pressable: (block) => block.type !== 'input' || Boolean(block.dispatch_action),
    };
  }

  #repliesItem(message, replies) {
    const count = `${replies.length} ${replies.length === 1 ? 'reply' : 'replies'}`;
    const last = instant(replies.at(-1).ts);
    const users = [...new Set(replies.map((reply) => reply.user))].slice(0, 3);
    return {
      key: 'replies',
      sig: JSON.stringify([count, last, users, this.world.me]),
      make: () =>
        h(
          'button',
          {
            class: 'replies',
            type: 'button',
            data: { focus: `replies-${message.ts}` },
            on: { click: () => this.openThread(message.ts) },
          },
          users.map((user) => face(this.world, user, { size: 'avatar-tiny' })),
          h('strong', { text: count }),
          h('span', {
            class: 'muted',
            text: `last ${dayTitle(last, this.world.zone).toLowerCase()} ${clock(last, this.world.zone)}`,
          }),
        ),
    };
  }

  #replyButton(message) {
    return h(
      'button',
      {
        class: 'button button-icon button-small',
        type: 'button',
        'aria-label': 'Reply in thread',
        title: 'Reply in thread',
        on: { click: () => this.openThread(message.ts) },
      },
      icon('reply'),
    );
  }
}
