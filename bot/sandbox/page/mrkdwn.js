// Slack's mrkdwn as nodes: *bold* _italic_ ~strike~ `code` fences, quotes, lists, links, mentions, dates, emoji.
// Promises: what a record says is shown as text; only web and mail addresses become links.

import { fillDate, instant, moment } from './dates.js';
import { h, safeUrl } from './dom.js';
import { emoji } from './emoji.js';

const OPEN = '\uE000';
const SHUT = '\uE001';
const MARKS = { '*': 'strong', _: 'em', '~': 's' };
const STYLED = /(?<![\p{L}\p{N}])([*_~])(?![\s*_~]?\1)(?=\S)(.+?)(?<=\S)\1(?![\p{L}\p{N}])/u;
const LIST = /^(\s*)(•|◦|▪|▫|-|\d+\.)\s+/;
const QUOTE = /^(?:&gt;|>) ?/;

/** `&amp; &lt; &gt;` read back: the only three entities Slack knows. */
function entities(text) {
  return text.replace(/&(amp|lt|gt);/g, (_, name) => ({ amp: '&', lt: '<', gt: '>' })[name]);
}

/** Plain text with `:names:` of emoji drawn where the text object allows it. */
export function plain(text, { emojis = true } = {}) {
  return emojis ? text.replace(/:([a-z0-9_+'-]+):/gi, (whole, name) => emoji(name) ?? whole) : text;
}

/** A text object (plain_text or mrkdwn) as nodes; `world` knows people, channels and the viewer's time zone. */
export function textObject(object, world) {
  if (!object) return document.createTextNode('');
  if (typeof object === 'string') return document.createTextNode(object);
  if (object.type === 'mrkdwn') return mrkdwn(object.text ?? '', world);
  const out = document.createDocumentFragment();
  out.append(...withBreaks(plain(object.text ?? '', { emojis: object.emoji !== false })));
  return out;
}

/** mrkdwn as a fragment of nodes. */
export function mrkdwn(text, world) {
  const out = document.createDocumentFragment();
  text.split(/```\n?([\s\S]*?)\n?```/).forEach((part, index) => {
    if (index % 2) out.append(h('pre', { class: 'code-block', text: entities(part) }));
    else if (part.trim() || (index === 0 && part)) out.append(...lines(index ? part.replace(/^\n/, '') : part, world));
  });
  return out;
}

function lines(text, world) {
  const groups = [];
  for (const line of text.split('\n')) {
    const kind = QUOTE.test(line) ? 'quote' : LIST.test(line) ? 'list' : 'text';
    const last = groups.at(-1);
    if (last?.kind === kind && kind !== 'list') last.lines.push(line);
    else groups.push({ kind, lines: [line] });
  }
  return groups.flatMap(({ kind, lines: own }, index) => {
    if (kind === 'quote')
      return [h('blockquote', {}, inline(own.map((line) => line.replace(QUOTE, '')).join('\n'), world))];
    if (kind === 'list') {
      const [whole, indent, mark] = LIST.exec(own[0]);
      return [
        h(
          'div',
          { class: 'list-line', style: { '--depth': Math.floor(indent.length / 2) } },
          h('span', { class: 'list-mark' }, `${mark} `),
          h('span', {}, inline(own[0].slice(whole.length), world)),
        ),
      ];
    }
    const follows = groups[index + 1]?.kind === 'text' || (groups[index + 1] && own.at(-1) === '' && own.length === 1);
    return [...inline(own.join('\n'), world), ...(follows ? [h('br')] : [])];
  });
}

/** One run of inline mrkdwn as a list of nodes. */
function inline(text, world) {
  const kept = [];
  const keep = (node) => `${OPEN}${kept.push(node) - 1}${SHUT}`;
  const masked = text
    .replaceAll(OPEN, '')
    .replaceAll(SHUT, '')
    .replace(/`([^`\n]+)`/g, (_, code) => keep(h('code', { text: entities(code) })))
    .replace(/<([^<>\n]+)>/g, (_, body) => keep(angle(body, world, kept)))
    .replace(/\bhttps?:\/\/[^\s<>|\uE000]+[^\s<>|\uE000.,;:!?)'"*_~]/g, (url) => keep(link(entities(url), null, kept)))
    .replace(/:([a-z0-9_+'-]+):(?::skin-tone-\d:)?/gi, (whole, name) => (emoji(name) ? keep(glyph(name)) : whole));
  return styled(masked, kept);
}

function styled(text, kept) {
  const out = [];
  let rest = text;
  for (let found = STYLED.exec(rest); found; found = STYLED.exec(rest)) {
    out.push(...leaf(rest.slice(0, found.index), kept));
    out.push(h(MARKS[found[1]], {}, styled(found[2], kept)));
    rest = rest.slice(found.index + found[0].length);
  }
  return [...out, ...leaf(rest, kept)];
}

function leaf(text, kept) {
  return text.split(/(\uE000\d+\uE001)/).flatMap((part) => {
    if (part.startsWith(OPEN)) return [kept[Number(part.slice(1, -1))]];
    return withBreaks(entities(part));
  });
}

function withBreaks(text) {
  return text
    .split('\n')
    .flatMap((line, index) => (index ? [h('br'), line] : [line]))
    .filter((node) => node !== '');
}

function glyph(name) {
  return h('span', {
    class: 'emoji',
    role: 'img',
    'aria-label': name.replaceAll('_', ' '),
    title: `:${name}:`,
    text: emoji(name),
  });
}

function link(url, label, kept) {
  const safe = safeUrl(url);
  const inside = label === null ? [url] : styled(label, kept);
  return safe ? h('a', { href: safe, target: '_blank', rel: 'noopener noreferrer' }, inside) : h('span', {}, inside);
}

function angle(body, world, kept) {
  const bar = body.indexOf('|');
  const [target, label] = bar < 0 ? [body, null] : [body.slice(0, bar), body.slice(bar + 1)];
  if (target.startsWith('@')) return person(target.slice(1), label, world);
  if (target.startsWith('#')) return channel(target.slice(1), label, world);
  if (target.startsWith('!')) return special(target.slice(1), label, world, kept);
  if (!safeUrl(entities(target))) return h('span', {}, '<', withBreaks(entities(body)), '>');
  return link(entities(target), label, kept);
}

/** A mention of a person; your own stands out. */
export function person(id, label, world) {
  const name = world.person(id)?.real_name ?? (label ? entities(label) : id);
  return h('span', { class: id === world.me ? 'mention mention-me' : 'mention', text: `@${name}` });
}

/** A mention of a channel, a link where the viewer can open it. */
export function channel(id, label, world) {
  const known = world.channel(id);
  if (known) return h('a', { class: 'mention', href: `#/slack/${id}`, text: `#${known.name}` });
  return h('span', { class: 'mention', text: label ? `#${entities(label)}` : 'private channel' });
}

/** A mention of a user group. */
export function group(id, label, world) {
  const known = world.group(id);
  const name = known ? `@${known.handle}` : label ? entities(label) : `@${id}`;
  return h('span', { class: 'mention', title: known?.name, text: name });
}

function special(target, label, world, kept) {
  const [kind, unix, template, url] = target.split('^');
  if (kind === 'subteam') return group(unix, label, world);
  if (kind !== 'date')
    return h('span', { class: 'mention mention-all', text: label ? entities(label) : `@${kind}` });
  const date = instant(unix);
  if (!date) return h('span', { text: entities(label ?? unix ?? '') });
  const text = fillDate(template ?? '{date}', date, world.zone);
  const inside = url ? link(entities(url), text, kept) : text;
  return h('time', { datetime: date.toISOString(), title: moment(date, world.zone) }, inside);
}
