// What happened to an onboarding, newest first: what, from what to what, by whom, when.

import { instant, moment } from './dates.js';
import { h, keyed } from './dom.js';
import { calendarDay, humanised } from './pivotal-table.js';

const SHOWN = 100;

/** Draw the timeline, given oldest first, into the list `node`. */
export function drawTimeline(node, timeline, zone) {
  const entries = timeline.map((entry, index) => ({
    key: String(index),
    sig: JSON.stringify([entry, zone]),
    make: () => line(entry, zone),
  }));
  keyed(node, entries.reverse().slice(0, SHOWN));
}

function line(entry, zone) {
  const at = instant(entry.at);
  return h(
    'li',
    {},
    h(
      'div',
      { class: 'event' },
      h('strong', { text: humanised(String(entry.event).replace(/[.]/g, ' ')) }),
      h('span', { class: 'event-change' }, change(entry.before, entry.after)),
    ),
    h(
      'div',
      { class: 'muted' },
      h('span', { class: 'event-actor', text: entry.actor ?? 'somebody' }),
      at ? h('time', { datetime: at.toISOString(), text: ` · ${moment(at, zone)}` }) : null,
    ),
  );
}

function said(value) {
  if (value === null || value === undefined || value === '') return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  // A date that Pivotal keeps as an instant is a day all the same: it is set to midnight.
  const day = /^(\d{4}-\d\d-\d\d)(T00:00:00(\.0+)?Z)?$/.exec(value);
  if (day) return calendarDay(day[1]);
  return /^(?!user_)[a-z]+(_[a-z]+)*$/.test(value) ? humanised(value) : String(value);
}

/** "phase: Review → Launch", for single values and for records of fields alike. */
function change(before, after) {
  const fields = [before, after].filter((side) => side && typeof side === 'object');
  if (!fields.length)
    return before === after ? [] : [said(before), h('span', { class: 'arrow', text: ' → ' }), said(after)];
  const names = [...new Set(fields.flatMap((side) => Object.keys(side)))].filter(
    (name) => said(before?.[name]) !== said(after?.[name]),
  );
  return names
    .slice(0, 6)
    .map((name) =>
      h(
        'span',
        { class: 'event-field' },
        `${humanised(name)}: ${said(before?.[name])}`,
        h('span', { class: 'arrow', text: ' → ' }),
        said(after?.[name]),
      ),
    );
}
