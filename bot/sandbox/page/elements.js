// Block elements one presses or chooses from: buttons, overflow menus, selects, dates, checkboxes, radio buttons.
// Promises: what was chosen is remembered per place, so redrawing a block never loses it. `place` says where they stand:
// {world, id, where, values, pressable}.

import { ask } from './confirm.js';
import { h, icon, localPicture, safeUrl } from './dom.js';
import { openMenu } from './menu.js';
import { plain, textObject } from './mrkdwn.js';
import { choicesOf, chosenLabel } from './options.js';
import { textInput } from './inputs.js';

/** What was typed or chosen in one message or view, by block and action. */
export class Values {
  #held = new Map();

  get(block, action) {
    return this.#held.get(`${block}\n${action}`);
  }

  set(block, action, value) {
    this.#held.set(`${block}\n${action}`, value);
  }
}

/** The name by which focus is found again after a redraw. */
export const focusName = (place, element, extra = '') => `${place.id}|${place.key}|${element.action_id}|${extra}`;

/** Tell the app, unless a confirm dialog is declined; resolves to whether it was told. `node` shows that it is at it. */
async function press(place, block, element, { value, node = null } = {}) {
  if (element.confirm && !(await ask(element.confirm, place.world))) return false;
  node?.setAttribute('aria-busy', 'true');
  await place.world.act(place.where, block.block_id, element.action_id, value);
  node?.removeAttribute('aria-busy');
  return true;
}

function button(element, block, place) {
  const look = { primary: 'button-primary', danger: 'button-danger' }[element.style] ?? '';
  const shared = { class: `button ${look}`, 'aria-label': element.accessibility_label, data: { focus: focusName(place, element), action: element.action_id ?? '' } };
  const url = element.url ? safeUrl(element.url) : null;
  const node = url
    ? h('a', { ...shared, href: url, target: '_blank', rel: 'noopener noreferrer' }, textObject(element.text, place.world), icon('link'))
    : h('button', { ...shared, type: 'button' }, textObject(element.text, place.world));
  node.addEventListener('click', () => press(place, block, element, { node }));
  return node;
}

function overflow(element, block, place) {
  const node = h('button', { type: 'button', class: 'button button-icon', 'aria-label': element.accessibility_label ?? 'More actions', 'aria-haspopup': 'menu', 'aria-expanded': 'false', data: { focus: focusName(place, element), action: element.action_id ?? '' } }, icon('more'));
  node.addEventListener('click', () => openMenu(node, (element.options ?? []).map((option) => ({
    node: textObject(option.text, place.world),
    note: option.description?.text,
    pick: () => {
      const url = option.url ? safeUrl(option.url) : null;
      if (url) window.open(url, '_blank', 'noopener,noreferrer');
      press(place, block, element, { value: option.value, node });
    },
  })), { label: element.accessibility_label ?? 'More actions' }));
  return node;
}

function select(element, block, place) {
  const many = element.type.startsWith('multi_');
  const name = plain(element.placeholder?.text ?? 'Choose …');
  const first = place.values.get(block.block_id, element.action_id) ?? startingChoice(element, many);
  place.values.set(block.block_id, element.action_id, first);
  const shown = h('span', { class: 'select-value' });
  const node = h('button', { type: 'button', class: 'select', role: 'combobox', 'aria-haspopup': 'listbox', 'aria-expanded': 'false', 'aria-label': element.accessibility_label ?? name, data: { focus: focusName(place, element), action: element.action_id ?? '' } }, shown, icon('down'));
  const current = () => place.values.get(block.block_id, element.action_id);
  const draw = () => {
    const labels = [current() ?? []].flat().map((value) => chosenLabel(element, value, place.world));
    shown.replaceChildren(...(labels.length ? labels.map((label) => h('span', { class: many ? 'chip' : '', text: label })) : [name]));
    shown.classList.toggle('is-empty', !labels.length);
  };
  const change = (value) => {
    place.values.set(block.block_id, element.action_id, value);
    draw();
  };
  const tell = async (before) => {
    if (place.pressable(block) && !(await press(place, block, element, { value: current() }))) change(before);
  };
  node.addEventListener('click', () => {
    const before = current();
    const items = choicesOf(element, place.world).map((choice) => ({ ...choice, checked: [current() ?? []].flat().includes(choice.value), pick: () => {
      if (!many) {
        change(choice.value);
        tell(before);
        return true;
      }
      const had = current().includes(choice.value);
      const room = current().length < (element.max_selected_items ?? Infinity);
      if (had) change(current().filter((value) => value !== choice.value));
      else if (room) change([...current(), choice.value]);
      return !had && room;
    } }));
    const onClose = many ? () => String(before) !== String(current()) && tell(before) : null;
    openMenu(node, items, { kind: 'listbox', label: name, multiple: many, onClose });
  });
  draw();
  return node;
}

function startingChoice(element, many) {
  if (many) return element.initial_options?.map((option) => option.value) ?? element.initial_users ?? element.initial_conversations ?? element.initial_channels ?? [];
  return element.initial_option?.value ?? element.initial_user ?? element.initial_conversation ?? element.initial_channel ?? null;
}

function ticks(element, block, place) {
  const many = element.type === 'checkboxes';
  const held = place.values.get(block.block_id, element.action_id)
    ?? (many ? (element.initial_options ?? []).map((option) => option.value) : element.initial_option?.value ?? null);
  place.values.set(block.block_id, element.action_id, held);
  const group = `${place.id}-${block.block_id}-${element.action_id}`;
  const inputs = (element.options ?? []).map((option) => h('input', { type: many ? 'checkbox' : 'radio', name: group, value: option.value, checked: [held ?? []].flat().includes(option.value), data: { focus: focusName(place, element, option.value) } }));
  const node = h('div', { class: 'ticks', role: many ? 'group' : 'radiogroup', data: { action: element.action_id ?? '' } }, (element.options ?? []).map((option, index) => h('label', { class: 'tick' }, inputs[index],
    h('span', {}, textObject(option.text, place.world), option.description ? h('span', { class: 'hint' }, textObject(option.description, place.world)) : null))));
  node.addEventListener('change', () => {
    const chosen = inputs.filter((input) => input.checked).map((input) => input.value);
    place.values.set(block.block_id, element.action_id, many ? chosen : chosen[0] ?? null);
    if (place.pressable(block)) press(place, block, element, { value: many ? chosen : chosen[0] });
  });
  return node;
}

function image(element) {
  const url = localPicture(element.image_url ?? element.slack_file?.url);
  if (url) return h('img', { class: 'picture-small', src: url, alt: element.alt_text ?? '' });
  return h('span', { class: 'picture-none', role: 'img', 'aria-label': element.alt_text ?? 'picture', title: element.alt_text, text: '🖼' });
}

/** Draw one element; one nobody knows becomes a grey note. */
export function drawElement(element, block, place) {
  const type = element?.type ?? '';
  if (type === 'button') return button(element, block, place);
  if (type === 'overflow') return overflow(element, block, place);
  if (type === 'checkboxes' || type === 'radio_buttons') return ticks(element, block, place);
  if (type === 'image') return image(element);
  if (/^(multi_)?(static|users|conversations|channels|external)_select$/.test(type)) return select(element, block, place);
  return textInput(element, block, place) ?? h('span', { class: 'unknown', text: `“${type || 'nameless'}” is not drawn here` });
}
