// The rich_text block as nodes: sections, lists, quotes, preformatted; links, mentions, dates, emoji, styles.

import { fillDate, instant } from './dates.js';
import { h, safeUrl } from './dom.js';
import { emoji } from './emoji.js';
import { channel, group, person } from './mrkdwn.js';

const STYLES = [
  ['code', 'code'],
  ['bold', 'strong'],
  ['italic', 'em'],
  ['strike', 's'],
  ['underline', 'u'],
];

function broken(text) {
  return text.split('\n').flatMap((line, index) => (index ? [h('br'), line] : [line]));
}

function piece(element, world) {
  if (element.type === 'text') return broken(element.text ?? '');
  if (element.type === 'link') {
    const url = safeUrl(element.url);
    return url
      ? h('a', { href: url, target: '_blank', rel: 'noopener noreferrer', text: element.text || element.url })
      : element.text || element.url;
  }
  if (element.type === 'user') return person(element.user_id, null, world);
  if (element.type === 'channel') return channel(element.channel_id, null, world);
  if (element.type === 'usergroup') return group(element.usergroup_id, null, world);
  if (element.type === 'broadcast') return h('span', { class: 'mention mention-all', text: `@${element.range}` });
  if (element.type === 'emoji')
    return h('span', {
      class: 'emoji',
      title: `:${element.name}:`,
      text: emoji(element.name ?? '') ?? `:${element.name}:`,
    });
  if (element.type === 'date') {
    const date = instant(element.timestamp);
    return h('time', {
      text: date ? fillDate(element.format ?? '{date}', date, world.zone) : (element.fallback ?? ''),
    });
  }
  if (element.type === 'color') return h('code', { text: element.value });
  return h('span', { class: 'unknown', text: element.text ?? element.type });
}

function styledPiece(element, world) {
  return STYLES.reduce(
    (inside, [style, tag]) => (element.style?.[style] ? h(tag, {}, inside) : inside),
    piece(element, world),
  );
}

const pieces = (part, world) => (part.elements ?? []).map((element) => styledPiece(element, world));

function part(one, world) {
  if (one.type === 'rich_text_section') return h('div', { class: 'text' }, pieces(one, world));
  if (one.type === 'rich_text_quote') return h('blockquote', {}, pieces(one, world));
  if (one.type === 'rich_text_preformatted') return h('pre', { class: 'code-block' }, pieces(one, world));
  if (one.type === 'rich_text_list') {
    return h(
      one.style === 'ordered' ? 'ol' : 'ul',
      { class: 'rich-list', start: one.offset ? one.offset + 1 : null, style: { '--depth': one.indent ?? 0 } },
      (one.elements ?? []).map((item) => h('li', {}, pieces(item, world))),
    );
  }
  return h('div', { class: 'unknown', text: `“${one.type}” is not drawn here` });
}

/** A rich_text block (or table cell) as one node. */
export function richText(block, world) {
  return h(
    'div',
    { class: 'rich-text' },
    (block.elements ?? []).map((one) => part(one, world)),
  );
}
