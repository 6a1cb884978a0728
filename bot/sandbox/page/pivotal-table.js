// The onboardings as a table: sorted, filtered, one chosen. Promises: a row that did not change keeps its node.

import { h, keyed } from './dom.js';
import { dayKey } from './dates.js';

const COLUMNS = [
  ['display_id', 'Id'],
  ['customer_name', 'Customer'],
  ['phase', 'Phase'],
  ['state', 'State'],
  ['target_launch_date', 'Target'],
  ['csm_id', 'CSM'],
];

/** "program_buildout" as "Program buildout". */
export function humanised(word) {
  const text = String(word ?? '').replaceAll('_', ' ');
  return (text.charAt(0).toUpperCase() + text.slice(1)).replace(/\bqa\b/i, 'QA');
}

/** The state as people say it: waiting wins over what the state field says. */
const stateOf = (one) => (one.waiting_on_customer ? 'waiting' : one.state);

/** Who the CSM is, by name where the local Pivotal tells names. */
export function userName(state, id) {
  if (!id) return '–';
  return (state.users ?? []).find((user) => user.id === id)?.name ?? id;
}

/** "2026-09-18" as "18 Sep 2026", or without its year: a calendar date is the same in every zone. */
export function calendarDay(text, { year = true } = {}) {
  const date = new Date(`${text}T12:00:00Z`);
  return Number.isNaN(date.getTime())
    ? text
    : date
        .toLocaleDateString('en-GB', {
          day: 'numeric',
          month: 'short',
          year: year ? 'numeric' : undefined,
          timeZone: 'UTC',
        })
        .replace('Sept', 'Sep');
}

const day = (text) => (text ? String(text).slice(0, 10) : '');

export function stateBadge(one) {
  const state = stateOf(one);
  return h('span', { class: `state state-${String(state).replace(/[^a-z_]/gi, '')}`, text: humanised(state) });
}

function compare(a, b, by) {
  if (by === 'display_id') return a.display_id - b.display_id;
  const [left, right] = by === 'state' ? [stateOf(a), stateOf(b)] : [a[by], b[by]];
  if (!left || !right) return (left ? 0 : 1) - (right ? 0 : 1);
  return String(left).localeCompare(String(right));
}

function matches(one, wanted, state) {
  const text = [
    `#${one.display_id}`,
    one.customer_name,
    one.name,
    one.phase,
    humanised(one.phase),
    stateOf(one),
    humanised(stateOf(one)),
    day(one.target_launch_date),
    calendarDay(day(one.target_launch_date)),
    userName(state, one.csm_id),
  ]
    .join(' ')
    .toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function frame(resort) {
  const heads = COLUMNS.map(([by, title]) =>
    h(
      'th',
      { scope: 'col', data: { by } },
      h('button', { type: 'button', class: 'sort', on: { click: () => resort(by) }, text: title }),
    ),
  );
  return h('table', { class: 'grid', 'aria-label': 'Onboardings' }, h('thead', {}, h('tr', {}, heads)), h('tbody'));
}

function row(one, state, chosen, open) {
  const target = day(one.target_launch_date);
  const late =
    target &&
    target < dayKey(new Date(), 'UTC') &&
    !['completed', 'done'].includes(one.state) &&
    !['launch', 'completed'].includes(one.phase);
  const sig = JSON.stringify([one, chosen, late]);
  return {
    key: one.id,
    sig,
    make: () =>
      h(
        'tr',
        {
          class: chosen ? 'is-chosen' : '',
          data: { record: String(one.display_id) },
          on: { click: (event) => !event.target.closest('a') && open(one.display_id) },
        },
        h(
          'td',
          { class: 'number' },
          h('a', {
            href: `#/pivotal/${one.display_id}`,
            data: { focus: `record-${one.id}` },
            text: `#${one.display_id}`,
          }),
        ),
        h(
          'td',
          { class: 'customer' },
          h('bdi', { text: one.customer_name ?? one.customer_id }),
          one.name && ![one.customer_name, `${one.customer_name} onboarding`].includes(one.name)
            ? h('bdi', { class: 'muted', text: one.name })
            : null,
        ),
        h('td', {}, humanised(one.phase)),
        h('td', {}, stateBadge(one)),
        h('td', {
          class: late ? 'is-late' : '',
          title: late ? 'The target date has passed' : null,
          text: target ? calendarDay(target, { year: !target.startsWith(String(new Date().getFullYear())) }) : '–',
        }),
        h('td', { class: 'muted', text: userName(state, one.csm_id) }),
      ),
  };
}

/** Draw the table into `node`. */
export function drawRecords(node, state, { wanted, chosen, sort, resort, open }) {
  if (!node.querySelector('table.grid:not(.log)'))
    node.replaceChildren(frame(resort), h('p', { class: 'empty', hidden: true, text: 'No onboarding matches that.' }));
  for (const head of node.querySelectorAll('th')) {
    if (head.dataset.by === sort.by) head.setAttribute('aria-sort', sort.down ? 'descending' : 'ascending');
    else head.removeAttribute('aria-sort');
  }
  const found = state.onboardings.filter((one) => matches(one, wanted.trim(), state));
  found.sort((a, b) => (sort.down ? -1 : 1) * (compare(a, b, sort.by) || a.display_id - b.display_id));
  keyed(
    node.querySelector('tbody'),
    found.map((one) => row(one, state, one.id === chosen, open)),
  );
  node.querySelector('.empty').hidden = found.length > 0;
}
