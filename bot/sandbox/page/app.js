// The page: which view, which person, which channel. Promises: the address says where one is, so reload and back work,
// and a change on the server redraws only what it touches.

import { h, icon } from './dom.js';
import { openMenu } from './menu.js';
import { Modal } from './modal.js';
import { avatar, displayName, introduction } from './people.js';
import { PivotalView } from './pivotal.js';
import { Sidebar } from './sidebar.js';
import { Workspace } from './workspace.js';
import { World } from './world.js';

const world = new World();
const $ = (id) => document.getElementById(id);
const go = (hash) => {
  location.hash = hash;
};

const workspace = new Workspace(world, $('slack-view'), { go });
const pivotal = new PivotalView(world, $('pivotal-view'), { go });
const sidebar = new Sidebar(world, $('side-lists'), { be, run });
const modal = new Modal(world);

/** What the address names: {view, first, second}. */
function route() {
  const [view, first, second] = location.hash.replace(/^#\//, '').split('/').map(decodeURIComponent);
  return { view: view === 'pivotal' ? 'pivotal' : 'slack', first, second };
}

/** The channel to show: the address's if this person can see it, else where they last were, else the app's home. */
function channelToShow(wanted) {
  const { state, me } = world;
  const last = lastSeen.get(me);
  const asked = state.channels.find((one) => one.id === wanted);
  const visible = (one) => one && (one.kind !== 'private' || one.is_member);
  if (visible(asked)) return asked.id;
  if (wanted?.startsWith('D')) {
    const own = state.channels.find((one) => one.kind === 'im');
    if (own) return own.id;
  }
  if (visible(world.channel(last))) return last;
  const joined = state.channels.filter((one) => one.is_member && !one.archived && one.kind !== 'im');
  return (joined.find((one) => one.bot_is_member) ?? joined[0] ?? state.channels[0]).id;
}

const lastSeen = new Map();
let home = false;

function render() {
  if (!world.state) return;
  const { view, first, second } = route();
  document.body.dataset.view = view;
  $('slack-view').hidden = view !== 'slack';
  $('sidebar').hidden = view !== 'slack';
  $('drawer-button').hidden = view !== 'slack';
  $('pivotal-view').hidden = view !== 'pivotal';
  for (const tab of document.querySelectorAll('[data-tab]')) {
    if (tab.dataset.tab === view) tab.setAttribute('aria-current', 'page');
    else tab.removeAttribute('aria-current');
  }
  drawSwitcher();
  const channel = channelToShow(view === 'slack' ? first : lastSeen.get(world.me));
  if (view === 'slack') {
    lastSeen.set(world.me, channel);
    // Home stays Home when the person is switched: the app's conversation is then another one.
    home = second === 'home' && Boolean(world.state.app.home_tab) && world.channel(channel).kind === 'im';
    if (first !== channel) history.replaceState(null, '', `#/slack/${channel}${home ? '/home' : ''}`);
    workspace.render(channel, { home, thread: first === channel ? second : null });
    sidebar.render(channel);
  }
  document.querySelector('[data-tab=slack]').href = `#/slack/${channel}${home ? '/home' : ''}`;
  pivotal.render({ shown: view === 'pivotal', page: first });
  modal.render();
  document.title = 'Larkspur — local workspace';
}

function drawSwitcher() {
  const person = world.myself;
  if (!person) return;
  const text = `You are ${introduction(person)}`;
  $('workspace-name').textContent = world.state.workspace.name;
  if ($('switcher').getAttribute('aria-label') === text) return;
  $('switcher').setAttribute('aria-label', text);
  $('switcher').replaceChildren(
    avatar(person.id, displayName(person), { size: 'avatar-small' }),
    h(
      'span',
      { class: 'switcher-text' },
      h('span', { class: 'switcher-you', text: 'You are ' }),
      h('strong', { text: displayName(person) }),
      person.title ? h('span', { class: 'switcher-title', text: `, ${person.title}` }) : null,
    ),
    icon('down'),
  );
}

$('switcher').addEventListener('click', () => {
  openMenu(
    $('switcher'),
    world.state.people
      .filter((person) => person.kind !== 'bot')
      .map((person) => ({
        node: h(
          'span',
          { class: 'menu-person' },
          avatar(person.id, displayName(person), { size: 'avatar-tiny' }),
          displayName(person),
        ),
        note: [person.title || person.kind, person.tz].filter(Boolean).join(' · '),
        checked: person.id === world.me,
        pick: () => be(person.id),
      })),
    { label: 'Who you are', search: false },
  );
});

async function be(person) {
  closeDrawer();
  await world.become(person);
}

async function run(entry) {
  closeDrawer();
  if (entry.as) await world.become(entry.as);
  if (entry.channel) go(`#/slack/${entry.channel}`);
  render();
  if (entry.text) await workspace.composer.say(entry.text);
}

function openDrawer() {
  document.body.classList.add('drawer-open');
  $('drawer-button').setAttribute('aria-expanded', 'true');
  $('sidebar').querySelector('a, button').focus();
}

function closeDrawer() {
  if (!document.body.classList.contains('drawer-open')) return;
  document.body.classList.remove('drawer-open');
  $('drawer-button').setAttribute('aria-expanded', 'false');
  $('drawer-button').focus();
}

$('drawer-button').addEventListener('click', () =>
  document.body.classList.contains('drawer-open') ? closeDrawer() : openDrawer(),
);
$('scrim').addEventListener('click', closeDrawer);
document.addEventListener('keydown', (event) => event.key === 'Escape' && closeDrawer());
$('sidebar').addEventListener('click', (event) => event.target.closest('a') && closeDrawer());

world.addEventListener('change', render);
world.addEventListener('connection', () => {
  $('offline').hidden = world.connected;
});
window.addEventListener('hashchange', () => {
  closeDrawer();
  render();
});
setInterval(() => world.state && !document.hidden && pivotal.tick(), 30_000);

/** A message's permalink (/archives/C…/p1757500000000100) leads to its channel, or to its thread. */
function arrive() {
  const link = /^\/archives\/(\w+)\/p(\d+)(\d{6})$/.exec(location.pathname);
  if (!link) return;
  const [, channel, seconds, micros] = link;
  const thread = new URLSearchParams(location.search).get('thread_ts');
  history.replaceState(null, '', `/#/slack/${channel}${thread ? `/${thread}` : ''}`);
  world.addEventListener(
    'change',
    () => {
      const message = document.querySelector(`[data-ts="${seconds}.${micros}"]`);
      message?.scrollIntoView({ block: 'center' });
      message?.classList.add('is-spotted');
    },
    { once: true },
  );
}

arrive();
await world.start();
document.body.dataset.ready = 'yes';
