// Block elements one presses or ticks, and the way to all others: buttons, overflow menus, checkboxes, radio buttons.

import { h, icon, localPicture, safeUrl } from './dom.js';
import { externalSelect } from './external.js';
import { openMenu } from './menu.js';
import { textObject } from './mrkdwn.js';
import { textInput } from './inputs.js';
import { focusName, press } from './place.js';
import { select } from './select.js';

function button(element, block, place) {
  const look = { primary: 'button-primary', danger: 'button-danger' }[element.style] ?? '';
  const shared = {
    class: `button ${look}`,
    'aria-label': element.accessibility_label,
    data: { focus: focusName(place, element), action: element.action_id ?? '' },
  };
  const url = element.url ? safeUrl(element.url) : null;
  const node = url
    ? h(
        'a',
        { ...shared, href: url, target: '_blank', rel: 'noopener noreferrer' },
        textObject(element.text, place.world),
        icon('link'),
      )
    : h('button', { ...shared, type: 'button' }, textObject(element.text, place.world));
  node.addEventListener('click', () => press(place, block, element, { node }));
  return node;
}

function overflow(element, block, place) {
  const node = h(
    'button',
    {
      type: 'button',
      class: 'button button-icon',
      'aria-label': element.accessibility_label ?? 'More actions',
      'aria-haspopup': 'menu',
      'aria-expanded': 'false',
      data: { focus: focusName(place, element), action: element.action_id ?? '' },
    },
    icon('more'),
  );
  node.addEventListener('click', () =>
    openMenu(
      node,
      (element.options ?? []).map((option) => ({
        node: textObject(option.text, place.world),
        note: option.description?.text,
        pick: () => {
          const url = option.url ? safeUrl(option.url) : null;
          if (url) window.open(url, '_blank', 'noopener,noreferrer');
          press(place, block, element, { value: option.value, node });
        },
      })),
      { label: element.accessibility_label ?? 'More actions' },
    ),
  );
  return node;
}

function ticks(element, block, place) {
  const many = element.type === 'checkboxes';
  const held = place.values.begin(
    block.block_id,
    element.action_id,
    many ? (element.initial_options ?? []).map((option) => option.value) : (element.initial_option?.value ?? null),
  );
  const group = `${place.id}-${block.block_id}-${element.action_id}`;
  const inputs = (element.options ?? []).map((option) =>
    h('input', {
      type: many ? 'checkbox' : 'radio',
      name: group,
      value: option.value,
      checked: [held ?? []].flat().includes(option.value),
      data: { focus: focusName(place, element, option.value) },
    }),
  );
  const node = h(
    'div',
    { class: 'ticks', role: many ? 'group' : 'radiogroup', data: { action: element.action_id ?? '' } },
    (element.options ?? []).map((option, index) =>
      h(
        'label',
        { class: 'tick' },
        inputs[index],
        h(
          'span',
          {},
          textObject(option.text, place.world),
          option.description ? h('span', { class: 'hint' }, textObject(option.description, place.world)) : null,
        ),
      ),
    ),
  );
  // A channel or a link in a choice's words belongs to the choice: whoever presses it there chooses.
  node.addEventListener('click', (event) => {
    if (!event.target.closest('a')) return;
    event.preventDefault();
    event.target.closest('label').control.click();
  });
  node.addEventListener('change', () => {
    const chosen = inputs.filter((input) => input.checked).map((input) => input.value);
    place.values.set(block.block_id, element.action_id, many ? chosen : (chosen[0] ?? null));
    if (place.pressable(block)) press(place, block, element, { value: many ? chosen : chosen[0] });
  });
  return node;
}

function image(element) {
  const url = localPicture(element.image_url ?? element.slack_file?.url);
  if (url) return h('img', { class: 'picture-small', src: url, alt: element.alt_text ?? '' });
  return h('span', {
    class: 'picture-none',
    role: 'img',
    'aria-label': element.alt_text ?? 'picture',
    title: element.alt_text,
    text: '🖼',
  });
}

/** Draw one element; one nobody knows becomes a grey note. */
export function drawElement(element, block, place) {
  const type = element?.type ?? '';
  if (type === 'button') return button(element, block, place);
  if (type === 'overflow') return overflow(element, block, place);
  if (type === 'checkboxes' || type === 'radio_buttons') return ticks(element, block, place);
  if (type === 'image') return image(element);
  if (/^(multi_)?external_select$/.test(type)) return externalSelect(element, block, place);
  if (/^(multi_)?(static|users|conversations|channels)_select$/.test(type)) return select(element, block, place);
  return (
    textInput(element, block, place) ??
    h('span', { class: 'unknown', text: `“${type || 'nameless'}” is not drawn here` })
  );
}
