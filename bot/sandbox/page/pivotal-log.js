// The request log of the local Pivotal: who asked what, and what it answered, newest first.

import { clockSeconds, instant } from './dates.js';
import { h, keyed } from './dom.js';

const look = (status) => (!status || status >= 500 ? 'bad' : status >= 400 ? 'refused' : 'good');

function query(value) {
  if (!value) return '';
  const text = typeof value === 'string' ? value : new URLSearchParams(value).toString();
  return text ? `?${decodeURIComponent(text.replace(/^\?/, ''))}` : '';
}

/** The start of a key tells live from test; the rest stays out of sight. */
const shortened = (key) => (key && key.length > 26 ? `${key.slice(0, 24)}…` : (key ?? '–'));

function row(request, zone) {
  const at = instant(request.at);
  return h(
    'tr',
    {},
    h('td', { class: 'number', text: at ? clockSeconds(at, zone) : '' }),
    h('td', {}, h('code', { class: `method method-${String(request.method).toLowerCase()}`, text: request.method })),
    h('td', { class: 'path' }, request.path, h('span', { class: 'muted', text: query(request.query) })),
    h('td', {}, h('span', { class: `status status-${look(request.status)}`, text: request.status || 'dropped' })),
    h('td', { class: 'muted', text: shortened(request.key) }),
  );
}

/** Draw the log, given newest first, into `node`. */
export function drawLog(node, requests, zone) {
  if (!node.querySelector('table.log')) {
    node.replaceChildren(
      h(
        'table',
        { class: 'grid log', 'aria-label': 'Request log' },
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            ['Time', 'Method', 'Path', 'Status', 'Key'].map((title) => h('th', { scope: 'col', text: title })),
          ),
        ),
        h('tbody'),
      ),
      h('p', { class: 'empty', text: 'Nobody has asked anything yet.' }),
    );
  }
  const seen = new Map();
  const items = requests.map((request) => {
    const sig = JSON.stringify([request, zone]);
    seen.set(sig, (seen.get(sig) ?? 0) + 1);
    return { key: `${sig}#${seen.get(sig)}`, sig, make: () => row(request, zone) };
  });
  keyed(node.querySelector('tbody'), items);
  node.querySelector('.empty').hidden = items.length > 0;
}
