// Block Kit as nodes, one function per block. Promises: a block nobody knows, or a broken one, becomes a small grey note
// and never takes the message down with it.

import { h, icon, localPicture, safeUrl } from './dom.js';
import { drawElement } from './elements.js';
import { mrkdwn, textObject } from './mrkdwn.js';
import { richText } from './richtext.js';

function section(block, place) {
  const text = h(
    'div',
    { class: 'section-text' },
    block.text ? h('div', { class: 'text' }, textObject(block.text, place.world)) : null,
    block.fields
      ? h(
          'div',
          { class: 'fields' },
          block.fields.map((field) => h('div', { class: 'text field-cell' }, textObject(field, place.world))),
        )
      : null,
  );
  const accessory = block.accessory
    ? h('div', { class: 'accessory' }, drawElement(block.accessory, block, place))
    : null;
  return h('div', { class: 'block section' }, text, accessory);
}

const header = (block, place) => h('h3', { class: 'block header' }, textObject(block.text, place.world));
const divider = () => h('hr', { class: 'block' });

function context(block, place) {
  return h(
    'div',
    { class: 'block context' },
    (block.elements ?? []).map((element) =>
      element.type === 'image'
        ? drawElement(element, block, place)
        : h('span', { class: 'text' }, textObject(element, place.world)),
    ),
  );
}

function actions(block, place) {
  return h(
    'div',
    { class: 'block actions' },
    (block.elements ?? []).map((element) => drawElement(element, block, place)),
  );
}

function image(block, place) {
  const title = block.title ? h('figcaption', {}, textObject(block.title, place.world)) : null;
  const address = block.image_url ?? block.slack_file?.url;
  const local = localPicture(address);
  if (local)
    return h(
      'figure',
      { class: 'block picture' },
      title,
      h('img', { src: local, alt: block.alt_text ?? '', loading: 'lazy' }),
    );
  const link = safeUrl(address ?? '');
  return h(
    'figure',
    { class: 'block picture' },
    title,
    h(
      'div',
      { class: 'picture-away', role: 'img', 'aria-label': block.alt_text },
      h('span', { text: block.alt_text ?? 'Picture' }),
      link ? h('a', { href: link, target: '_blank', rel: 'noopener noreferrer', text: 'Open the picture' }) : null,
    ),
  );
}

function table(block, place) {
  const cell = (content) => {
    if (content?.type === 'rich_text') return richText(content, place.world);
    return document.createTextNode(content?.text ?? '');
  };
  const align = (column) => ({ center: 'center', right: 'right' })[block.column_settings?.[column]?.align] ?? 'left';
  const [first = [], ...rest] = block.rows ?? [];
  return h(
    'div',
    { class: 'block table-wrap', tabindex: '0', role: 'group', 'aria-label': 'Table' },
    h(
      'table',
      {},
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          first.map((content, column) =>
            h('th', { scope: 'col', style: { 'text-align': align(column) } }, cell(content)),
          ),
        ),
      ),
      h(
        'tbody',
        {},
        rest.map((row) =>
          h(
            'tr',
            {},
            row.map((content, column) => h('td', { style: { 'text-align': align(column) } }, cell(content))),
          ),
        ),
      ),
    ),
  );
}

let labels = 0;

function input(block, place) {
  const id = `field-${++labels}`;
  const control = drawElement(block.element ?? {}, block, place);
  const field = control.querySelector('input[role=combobox]') ?? control;
  field.setAttribute('aria-describedby', `${id}-hint ${id}-error`);
  const typed = field.matches('input, textarea');
  if (typed) field.id = id;
  else {
    control.removeAttribute('aria-label');
    control.setAttribute('aria-labelledby', `${id}-label`);
  }
  return h(
    'div',
    { class: 'block input', data: { block: block.block_id } },
    h(
      typed ? 'label' : 'div',
      { class: 'field-label', id: `${id}-label`, for: typed ? id : null },
      textObject(block.label, place.world),
      block.optional ? h('span', { class: 'optional', text: ' (optional)' }) : null,
    ),
    control,
    h('div', { class: 'field-error', id: `${id}-error`, role: 'alert', hidden: true }),
    block.hint ? h('div', { class: 'hint', id: `${id}-hint` }, textObject(block.hint, place.world)) : null,
  );
}

/** Standard Markdown, as far as messages use it, said in mrkdwn. */
function markdown(block, place) {
  const text = (block.text ?? '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/^#{1,6} +(.+)$/gm, '**$1**')
    .replace(/\[([^\]\n]+)\]\((https?:[^)\s]+)\)/g, '<$2|$1>')
    .replace(/(?<!\*)\*(?!\*)(\S[^*\n]*)\*(?!\*)/g, '_$1_')
    .replace(/\*\*(.+?)\*\*/g, '*$1*')
    .replace(/~~(.+?)~~/g, '~$1~');
  return h('div', { class: 'block text' }, mrkdwn(text, place.world));
}

const DRAW = {
  section,
  header,
  divider,
  context,
  actions,
  image,
  table,
  input,
  markdown,
  rich_text: (block, place) => h('div', { class: 'block' }, richText(block, place.world)),
};

const note = (text) => h('div', { class: 'block unknown', text });

function draw(block, place) {
  try {
    return DRAW[block.type]?.(block, place) ?? note(`A block of type “${block.type}”, which this page does not draw.`);
  } catch (error) {
    return note(`A block of type “${block?.type}” that could not be drawn (${error.message}).`);
  }
}

/**
 * Blocks as items for `keyed`: unchanged ones keep their nodes. In a message a block is known by its position, because an
 * update gives every block a new id; in a view by its id, because there the id carries what was typed.
 */
export function blockItems(blocks, place) {
  const seen = new Map();
  return blocks.map((block, index) => {
    const name = (place.where.view_id && block?.block_id) || `${block?.type}-${index}`;
    seen.set(name, (seen.get(name) ?? 0) + 1);
    const key = `${name}#${seen.get(name)}`;
    return { key, sig: JSON.stringify([block, place.world.me]), make: () => draw(block ?? {}, { ...place, key }) };
  });
}

/** An "only visible to you" or similar small line above a message. */
export const quietLine = (name, text) => h('div', { class: 'quiet' }, icon(name), h('span', { text }));
