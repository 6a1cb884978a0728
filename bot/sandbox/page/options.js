// What a select offers, and how a chosen value reads: its own options, people, or channels.

import { displayName } from './people.js';

/** The choices of any select as {label, value, note?, group?}. */
export function choicesOf(element, world) {
  const type = element.type.replace(/^multi_/, '');
  if (type === 'users_select') return people(world);
  if (type === 'channels_select') return channels(world, { include: ['public'] });
  if (type === 'conversations_select') return channels(world, element.filter);
  if (element.option_groups) {
    return element.option_groups.flatMap((group) =>
      group.options.map((option) => ({ ...choice(option), group: group.label?.text })),
    );
  }
  return (element.options ?? []).map(choice);
}

/** How the chosen value of a select is shown. */
export function chosenLabel(element, value, world) {
  const initial = [element.initial_option, ...(element.initial_options ?? [])].filter(Boolean).map(choice);
  return [...choicesOf(element, world), ...initial].find((one) => one.value === value)?.label ?? String(value);
}

const choice = (option) => ({ label: option.text?.text ?? '', value: option.value, note: option.description?.text });

function people(world) {
  return world.state.people.map((person) => ({
    label: displayName(person),
    value: person.id,
    note: person.title || undefined,
  }));
}

/** What the person can see, as Slack offers it; every direct message here is with the bot. */
function channels(world, { include, exclude_external_shared_channels: home, exclude_bot_users: people } = {}) {
  const kinds = { public: 'channel', private: 'private', im: 'im' };
  const wanted = (include ?? Object.keys(kinds)).map((kind) => kinds[kind]);
  return world.state.channels
    .filter((channel) => !channel.archived && wanted.includes(channel.kind))
    .filter((channel) => !(home && channel.shared) && !(people && channel.kind === 'im'))
    .map((channel) => ({
      label: channel.kind === 'im' ? displayName(world.person(channel.peer)) : `#${channel.name}`,
      value: channel.id,
    }));
}
