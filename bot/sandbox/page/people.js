// How people and apps look: initials on a stable colour, and what kind of person they are.

import { h } from './dom.js';

const KINDS = { guest: 'guest', external: 'other organisation', bot: 'app' };

/** 0–11, the same for the same id on every day: which colour of the style sheet an avatar has. */
function tint(id) {
  let sum = 7;
  for (const letter of String(id)) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
  return sum % 12;
}

function initials(name) {
  const words = String(name || '?')
    .replace(/[^\p{L}\p{N}\s]/gu, ' ')
    .trim()
    .split(/\s+/);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters
    .map((word) => [...word][0] ?? '?')
    .join('')
    .toUpperCase();
}

/** A square (app: with a mark of its own) that stands for somebody; decoration beside the name. */
export function avatar(id, name, { bot = false, color = null, size = '' } = {}) {
  const safe = /^#[0-9a-f]{3,8}$/i.test(color ?? '') ? color : null;
  return h('span', {
    class: `avatar ${size} tint-${tint(id)} ${bot ? 'avatar-bot' : ''}`,
    style: safe ? { '--tint': safe } : {},
    'aria-hidden': 'true',
    text: initials(name),
  });
}

/** The avatar of somebody known by id; the app has its own colour. */
export function face(world, id, { name = null, size = '' } = {}) {
  const who = world.person(id);
  const { app } = world.state;
  return avatar(id, name ?? displayName(who), {
    size,
    bot: who?.kind === 'bot',
    color: id === app?.user_id ? app.color : null,
  });
}

export function displayName(person) {
  return person ? person.real_name || person.name || person.id : 'Somebody';
}

/** In a word or two, what somebody is here: a guest or outsider before any title. */
export function standing(person) {
  return person.kind === 'member' ? (person.title ?? '') : (KINDS[person.kind] ?? '');
}

/** "Ana Ruiz, CSM": the name with what the person is here. */
export function introduction(person) {
  const what = person.title || KINDS[person.kind];
  return what ? `${displayName(person)}, ${what}` : displayName(person);
}

export function kindBadge(person) {
  return KINDS[person?.kind] && person.kind !== 'bot' ? h('span', { class: 'badge', text: KINDS[person.kind] }) : null;
}
