// Instants as people read them, in the viewed person's time zone. Promises: the browser's own zone plays no part.

const formats = new Map();

function format(instant, zone, options) {
  const key = JSON.stringify([zone, options]);
  if (!formats.has(key)) {
    let made;
    try {
      made = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone || 'UTC' });
    } catch {
      made = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' });
    }
    formats.set(key, made);
  }
  return formats
    .get(key)
    .format(instant)
    .replace(/,/g, '')
    .replace(/\bSept\b/, 'Sep');
}

/** A Slack timestamp ("1757500000.000100"), a Unix time or an ISO text as a Date; null when it is none of them. */
export function instant(value) {
  if (value === null || value === undefined || value === '') return null;
  const seconds = Number(value);
  const date = Number.isFinite(seconds) ? new Date(seconds * 1000) : new Date(value);
  return Number.isNaN(date.getTime()) ? null : date;
}

export const clock = (date, zone) => format(date, zone, { hour: '2-digit', minute: '2-digit' });
export const clockSeconds = (date, zone) =>
  format(date, zone, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const fullDay = (date, zone) =>
  format(date, zone, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
export const moment = (date, zone) => `${fullDay(date, zone)} ${clock(date, zone)}`;

/** Which calendar day it is there, sortable: "2026-09-18". */
export function dayKey(date, zone) {
  const [day, month, year] = format(date, zone, { day: '2-digit', month: '2-digit', year: 'numeric' }).split('/');
  return `${year}-${month}-${day}`;
}

function nearDay(date, zone) {
  const days = [
    ['yesterday', -1],
    ['today', 0],
    ['tomorrow', 1],
  ];
  return days.find(([, offset]) => dayKey(new Date(Date.now() + offset * 86400e3), zone) === dayKey(date, zone))?.[0];
}

/** "Today", "Yesterday" or "Fri 18 Sep 2026": the text of a day divider. */
export function dayTitle(date, zone) {
  const near = nearDay(date, zone);
  return near ? near[0].toUpperCase() + near.slice(1) : fullDay(date, zone);
}

function ago(date) {
  const minutes = Math.round((Date.now() - date.getTime()) / 60000);
  const [count, unit] = [
    [Math.round(minutes / 1440), 'day'],
    [Math.round(minutes / 60), 'hour'],
    [minutes, 'minute'],
  ].find(([number]) => Math.abs(number) >= 1) ?? [0, 'minute'];
  return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(-count, unit);
}

const TOKENS = {
  date_num: (date, zone) => dayKey(date, zone),
  date: (date, zone) => format(date, zone, { day: 'numeric', month: 'long', year: 'numeric' }),
  date_short: (date, zone) => format(date, zone, { day: 'numeric', month: 'short', year: 'numeric' }),
  date_long: (date, zone) => format(date, zone, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }),
  date_slash: (date, zone) => format(date, zone, { day: '2-digit', month: '2-digit', year: 'numeric' }),
  time: clock,
  time_secs: clockSeconds,
  ago,
};
for (const name of ['date', 'date_short', 'date_long']) {
  TOKENS[`${name}_pretty`] = (date, zone) => nearDay(date, zone) ?? TOKENS[name](date, zone);
}

/** Fill a `<!date^…>` template, such as "{date_short} at {time}"; unknown tokens stay as they are. */
export function fillDate(template, date, zone) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => TOKENS[name]?.(date, zone) ?? whole);
}
