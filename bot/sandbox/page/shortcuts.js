// The app's shortcuts: the global ones beside the composer, those of a message in its menu, where its link is copied too.

import { h, icon, toast } from './dom.js';
import { openMenu } from './menu.js';

const of = (world, type) => (world.state.shortcuts ?? []).filter((one) => one.type === type);

function rows(world, type, where) {
  return of(world, type).map((one) => ({
    label: one.name,
    note: one.description || world.state.app.name,
    pick: () => world.use(one.callback_id, where),
  }));
}

/** The lightning button beside a composer; `place()` hides it when the app has no global shortcut. */
export class ShortcutButton {
  constructor(world) {
    this.world = world;
    this.node = h(
      'button',
      {
        type: 'button',
        class: 'button button-icon button-bare button-shortcuts',
        'aria-label': 'Shortcuts',
        title: 'Shortcuts',
        'aria-haspopup': 'menu',
        'aria-expanded': 'false',
        data: { focus: 'shortcuts' },
        on: { click: () => openMenu(this.node, rows(world, 'global', {}), { label: 'Shortcuts' }) },
      },
      icon('bolt'),
    );
  }

  place() {
    this.node.hidden = !of(this.world, 'global').length;
  }
}

/** The "⋯" button of a message. */
export function messageMenu(world, message, channel, { list }) {
  const node = h(
    'button',
    {
      class: 'button button-icon button-small',
      type: 'button',
      'aria-label': 'More for this message',
      title: 'More for this message',
      'aria-haspopup': 'menu',
      'aria-expanded': 'false',
      data: { focus: `menu-${list}-${message.ts}` },
    },
    icon('more'),
  );
  node.addEventListener('click', () =>
    openMenu(
      node,
      [
        { label: 'Copy link', pick: () => copy(permalink(message, channel)) },
        ...rows(world, 'message', { channel, message_ts: message.ts }),
      ],
      { label: 'More for this message' },
    ),
  );
  return node;
}

/** The message's address, in the same form as `chat.getPermalink` gives it. */
function permalink({ ts, thread_ts: thread }, channel) {
  const reply = thread && thread !== ts ? `?${new URLSearchParams({ thread_ts: thread, cid: channel })}` : '';
  return `${location.origin}/archives/${channel}/p${ts.replace('.', '')}${reply}`;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast('Link copied.');
  } catch {
    toast(`This browser does not let the page copy. The link: ${text}`);
  }
}
