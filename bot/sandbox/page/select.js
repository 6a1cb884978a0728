// Selects of every kind, one choice or several. Promises: a choice that is declined in its confirm dialog is taken back.

import { h, icon } from './dom.js';
import { openMenu } from './menu.js';
import { plain } from './mrkdwn.js';
import { choicesOf, chosenLabel } from './options.js';
import { focusName, press } from './place.js';

/** The button of a select, which opens its list; `element` is any single or multi select. */
export function select(element, block, place) {
  const many = element.type.startsWith('multi_');
  const name = plain(element.placeholder?.text ?? 'Choose …');
  place.values.begin(block.block_id, element.action_id, startingChoice(element, many));
  const shown = h('span', { class: 'select-value' });
  const node = h(
    'button',
    {
      type: 'button',
      class: 'select',
      role: 'combobox',
      'aria-haspopup': 'listbox',
      'aria-expanded': 'false',
      'aria-label': element.accessibility_label ?? name,
      data: { focus: focusName(place, element), action: element.action_id ?? '' },
    },
    shown,
    icon('down'),
  );
  const current = () => place.values.get(block.block_id, element.action_id);
  const draw = () => {
    const labels = [current() ?? []].flat().map((value) => chosenLabel(element, value, place.world));
    shown.replaceChildren(
      ...(labels.length ? labels.map((label) => h('span', { class: many ? 'chip' : '', text: label })) : [name]),
    );
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
    const items = choicesOf(element, place.world).map((choice) => ({
      ...choice,
      checked: [current() ?? []].flat().includes(choice.value),
      pick: () => {
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
      },
    }));
    const onClose = many ? () => String(before) !== String(current()) && tell(before) : null;
    if (!many && block.optional && before !== null) {
      const clear = () => {
        change(null);
        tell(before);
      };
      items.unshift({ label: 'Clear the choice', checked: false, pick: clear });
    }
    openMenu(node, items, { kind: 'listbox', label: name, multiple: many, onClose });
  });
  draw();
  return node;
}

function startingChoice(element, many) {
  if (many)
    return (
      element.initial_options?.map((option) => option.value) ??
      element.initial_users ??
      element.initial_conversations ??
      element.initial_channels ??
      []
    );
  return (
    element.initial_option?.value ??
    element.initial_user ??
    element.initial_conversation ??
    element.initial_channel ??
    null
  );
}
