// Fields one types into: text, number, e-mail, address, date, time. Promises: a half-typed word survives every redraw,
// and what is wrong with a field is said in words beside it.

import { h } from './dom.js';
import { plain } from './mrkdwn.js';
import { focusName, tell } from './place.js';

const NATIVE = {
  plain_text_input: 'text',
  number_input: 'number',
  email_text_input: 'email',
  url_text_input: 'url',
  datepicker: 'date',
  timepicker: 'time',
  datetimepicker: 'datetime-local',
  rich_text_input: 'text',
};

function starting(element) {
  const first = element.initial_value ?? element.initial_date ?? element.initial_time ?? '';
  if (element.initial_date_time) return localMoment(element.initial_date_time);
  return typeof first === 'string' ? first : '';
}

/** Unix seconds as a datetime-local field reads them. */
export function localMoment(seconds) {
  const date = new Date(seconds * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}

/** The field for an element, or null when it is none that one types into. */
export function textInput(element, block, place) {
  const type = NATIVE[element.type];
  if (!type) return null;
  const held = place.values.begin(block.block_id, element.action_id, starting(element));
  const tall = element.multiline || element.type === 'rich_text_input';
  const pick = ['date', 'time', 'datetime-local'].includes(type);
  const hint = plain(element.placeholder?.text ?? '');
  const node = h(tall ? 'textarea' : 'input', {
    class: 'field',
    value: held,
    type: tall ? null : type === 'number' ? 'text' : type,
    rows: tall ? 4 : null,
    inputmode: type === 'number' ? 'decimal' : null,
    placeholder: pick ? null : hint,
    'aria-label': pick && block.type !== 'input' ? hint || (type === 'time' ? 'Time' : 'Date') : null,
    maxlength: element.max_length,
    autocomplete: 'off',
    data: { focus: focusName(place, element), action: element.action_id ?? '' },
  });
  node.addEventListener('input', () => place.values.set(block.block_id, element.action_id, node.value));
  if (place.pressable(block)) tellWhenSettled(node, element, block, place, pick);
  return node;
}

function tellWhenSettled(node, element, block, place, pick) {
  let told = node.value;
  let waiting = 0;
  const settled = () => {
    clearTimeout(waiting);
    // A date being typed passes through the years 0002, 0020 and 0202: only a settled one is told.
    if (node.value === told || (pick && /^0/.test(node.value))) return;
    told = node.value;
    tell(place, block, element, sent(element, node.value));
  };
  node.addEventListener('blur', settled);
  node.addEventListener('keydown', (event) => event.key === 'Enter' && !element.multiline && settled());
  if (pick)
    node.addEventListener('change', () => {
      clearTimeout(waiting);
      waiting = setTimeout(settled, 600);
    });
}

/** What is sent to the app for a held value: an instant as Unix time, empty as null. */
export function sent(element, value) {
  if (element.type === 'datetimepicker') return value ? Math.round(new Date(value).getTime() / 1000) : null;
  return value === '' || value === undefined ? null : value;
}

/** What is wrong with the value of an input block, as Slack's own client says it before asking the app; null when nothing. */
export function fault(block, value) {
  const element = block.element ?? {};
  const text = String(value ?? '').trim();
  if (!text || (Array.isArray(value) && !value.length))
    return block.optional ? null : 'Please complete this required field.';
  if (element.min_length && text.length < element.min_length)
    return `Please write at least ${element.min_length} characters.`;
  if (element.type === 'email_text_input' && !/^\S+@\S+\.\S+$/.test(text))
    return 'Please enter a valid e-mail address.';
  if (element.type === 'url_text_input' && !/^https?:\/\/\S+$/.test(text))
    return 'Please enter a valid address (https://…).';
  return element.type === 'number_input' ? numberFault(element, text) : null;
}

function numberFault(element, text) {
  if (!(element.is_decimal_allowed ? /^-?\d+([.]\d+)?$/ : /^-?\d+$/).test(text)) {
    return element.is_decimal_allowed ? 'Please enter a number.' : 'Please enter a whole number.';
  }
  if (element.min_value !== undefined && Number(text) < Number(element.min_value))
    return `Please enter ${element.min_value} or more.`;
  if (element.max_value !== undefined && Number(text) > Number(element.max_value))
    return `Please enter ${element.max_value} or less.`;
  return null;
}
