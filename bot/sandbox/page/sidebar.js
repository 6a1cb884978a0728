// The way around: channels, apps, people to be, and things to try. Promises: what has news is bold, where one cannot go
// is not offered, and each entry says in words what its sign means.

import { h, icon, keyed } from './dom.js';
import { displayName, face, introduction, standing } from './people.js';

const SIGNS = { private: ['lock', 'private'], channel: ['hash', ''] };

export class Sidebar {
  /** `be(person)` switches the person, `run(entry)` does one of the things to try. */
  constructor(world, node, { be, run }) {
    this.world = world;
    this.be = be;
    this.run = run;
    this.read = new Map();
    this.done = new Set();
    this.lists = {};
    for (const [name, title] of [
      ['channels', 'Channels'],
      ['apps', 'Apps'],
      ['tries', 'Things to try'],
      ['people', 'Be somebody else'],
    ]) {
      this.lists[name] = h('div', { class: 'side-list', role: 'list' });
      const part = h(
        'section',
        { class: `side-part side-${name}`, 'aria-label': title },
        h('h2', { text: title }),
        this.lists[name],
      );
      node.append(part);
    }
  }

  /** Draw with `current` as the channel shown. */
  render(current) {
    const { state, me } = this.world;
    for (const channel of state.channels) this.#note(channel.id, channel.id === current);
    const channels = state.channels.filter((one) => one.kind !== 'im' && (one.kind !== 'private' || one.is_member));
    const apps = state.channels.filter((one) => one.kind === 'im' && this.world.person(one.peer)?.kind === 'bot');
    keyed(
      this.lists.channels,
      channels.map((one) => this.#channel(one, current)),
    );
    keyed(
      this.lists.apps,
      apps.map((one) => this.#app(one, current)),
    );
    keyed(
      this.lists.people,
      state.people.filter((one) => one.kind !== 'bot' && one.id !== me).map((one) => this.#person(one)),
    );
    keyed(
      this.lists.tries,
      (state.tries ?? []).map((one, index) => this.#try(one, index)),
    );
    this.lists.tries.parentElement.hidden = !state.tries?.length;
  }

  /** Remember what was seen: the first look at a channel counts as having read it. */
  #note(channel, shown) {
    const key = `${this.world.me} ${channel}`;
    const newest = (this.world.state.messages[channel] ?? [])
      .filter((one) => one.user !== this.world.me)
      .map((one) => one.ts);
    if (shown || !this.read.has(key)) this.read.set(key, newest.at(-1) ?? '0');
    const seen = Number(this.read.get(key));
    this.fresh ??= new Map();
    this.fresh.set(channel, newest.filter((ts) => Number(ts) > seen).length);
  }

  #entry(channel, current, { name, face, words, badges, tab = '' }) {
    const here = channel.id === current;
    const news = here ? 0 : (this.fresh.get(channel.id) ?? 0);
    return {
      key: channel.id,
      sig: JSON.stringify([channel, here, news, name, tab]),
      make: () =>
        h(
          'div',
          { role: 'listitem' },
          h(
            'a',
            {
              class: `side-entry ${news ? 'has-news' : ''} ${channel.is_member ? '' : 'is-outside'}`,
              href: `#/slack/${channel.id}${news ? '' : tab}`,
              'aria-current': here ? 'page' : null,
              title: channel.topic || null,
              data: { channel: channel.id, focus: `side-${channel.id}` },
            },
            face,
            h('span', { class: 'side-name', text: name }),
            words ? h('span', { class: 'hidden', text: ` (${words})` }) : null,
            badges,
            news ? h('span', { class: 'news', 'aria-label': `${news} new`, text: news }) : null,
          ),
        ),
    };
  }

  #channel(channel, current) {
    const [sign, word] = channel.archived ? ['box', 'archived'] : (SIGNS[channel.kind] ?? SIGNS.channel);
    const badges = [
      channel.archived && 'archived',
      channel.shared && 'shared',
      channel.has_guest && 'guest',
      !channel.bot_is_member && !channel.archived && 'no app',
    ]
      .filter(Boolean)
      .map((text) => h('span', { class: `badge badge-${text.replace(' ', '-')}`, text }));
    return this.#entry(channel, current, {
      name: channel.name,
      face: icon(sign),
      words: channel.archived ? '' : word,
      badges,
    });
  }

  #app(channel, current) {
    const peer = this.world.person(channel.peer);
    return this.#entry(channel, current, {
      name: displayName(peer),
      face: face(this.world, peer.id, { size: 'avatar-tiny' }),
      words: 'app',
      badges: [],
      // News is in the messages; without any, an app opens at its Home.
      tab: this.world.state.app.home_tab ? '/home' : '',
    });
  }

  #person(person) {
    return {
      key: person.id,
      sig: JSON.stringify(person),
      make: () =>
        h(
          'div',
          { role: 'listitem' },
          h(
            'button',
            {
              class: 'side-entry',
              type: 'button',
              title: `See the workspace as ${introduction(person)}`,
              data: { person: person.id },
              on: { click: () => this.be(person.id) },
            },
            face(this.world, person.id, { size: 'avatar-tiny' }),
            h('span', { class: 'side-name', text: displayName(person) }),
            h('span', { class: 'side-note', text: standing(person) }),
          ),
        ),
    };
  }

  #try(entry, index) {
    const as = this.world.person(entry.as);
    const key = `${index} ${entry.label}`;
    const done = this.done.has(key);
    return {
      key,
      sig: JSON.stringify([entry, done, as]),
      make: () =>
        h(
          'div',
          { role: 'listitem' },
          h(
            'button',
            {
              class: `try ${done ? 'is-done' : ''}`,
              type: 'button',
              data: { try: String(index), focus: `try-${index}` },
              on: {
                click: () => {
                  this.done.add(key);
                  this.run(entry);
                },
              },
            },
            h('span', { class: 'try-number' }, done ? icon('check') : String(index + 1)),
            h(
              'span',
              { class: 'try-text' },
              h('span', { text: entry.label }),
              h(
                'span',
                { class: 'try-what' },
                entry.text ? h('code', { text: entry.text }) : null,
                as ? ` as\u00a0${displayName(as).split(' ')[0]}` : null,
              ),
            ),
          ),
        ),
    };
  }
}
