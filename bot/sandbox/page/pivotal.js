// The second view: the local Pivotal as its web app would show it. Promises: always the server's present state, and that it
// says plainly that this is a local Pivotal with sample data.

import { h, keyed } from './dom.js';
import { drawLog } from './pivotal-log.js';
import { Record } from './pivotal-record.js';
import { drawRecords } from './pivotal-table.js';

export class PivotalView {
  constructor(world, node, { go }) {
    this.world = world;
    this.node = node;
    this.go = go;
    this.sort = { by: 'display_id', down: false };
    this.filter = h('input', {
      class: 'field field-filter',
      type: 'search',
      placeholder: 'Filter by customer, id, phase, state, CSM',
      'aria-label': 'Filter the records',
      on: { input: () => this.draw() },
    });
    this.organisation = h('strong');
    this.tabs = h('nav', { class: 'subtabs', 'aria-label': 'In Pivotal' });
    this.budget = h('div', { class: 'budget' });
    this.table = h('div', { class: 'records' });
    this.record = new Record(world, { close: () => go('#/pivotal'), send: (path, body) => this.#send(path, body) });
    this.problem = h('div', { class: 'pivotal-problem', role: 'status', hidden: true });
    this.body = h('div', { class: 'pivotal-body' }, this.table, this.record.node);
    node.append(
      h(
        'header',
        { class: 'pane-head pivotal-head' },
        h(
          'div',
          { class: 'pane-title' },
          h('h1', { text: 'Pivotal' }),
          h('span', { class: 'badge badge-sample', text: 'local Pivotal, sample data' }),
          this.organisation,
        ),
        this.budget,
      ),
      h('div', { class: 'pivotal-bar' }, this.tabs, this.filter),
      this.problem,
      this.body,
    );
  }

  /** Draw while shown; the first time, begin to follow the local Pivotal's changes. */
  render({ shown, page }) {
    this.shown = shown;
    this.page = page ?? '';
    if (!shown) return;
    const origin = this.world.state.pivotal;
    if (!origin) {
      this.#say('This workspace was started without a local Pivotal.');
      return;
    }
    if (this.origin !== origin) this.#follow(origin);
    else if (this.state) this.draw();
    else this.refresh();
  }

  #follow(origin) {
    this.events?.close();
    this.origin = origin;
    this.events = new EventSource(`${origin}/app/events`);
    this.events.onmessage = () => this.refresh();
    this.events.onopen = () => this.refresh();
    this.refresh();
  }

  /** Fetch the state; calls while a fetch is under way make one more. */
  async refresh() {
    this.again = true;
    if (this.busy) return this.busy;
    this.busy = (async () => {
      while (this.again) {
        this.again = false;
        try {
          const answer = await fetch(`${this.origin}/app/state`, { cache: 'no-store' });
          this.state = await answer.json();
          this.#say('');
          this.draw();
        } catch {
          this.#say('The local Pivotal does not answer.');
        }
      }
      this.busy = null;
    })();
    return this.busy;
  }

  /** The rate budget refills as time passes, so a shown page looks again now and then. */
  tick() {
    if (this.shown && this.origin) this.refresh();
  }

  #say(text) {
    this.problem.textContent = text;
    this.problem.hidden = !text;
  }

  async #send(path, body) {
    let answer;
    try {
      const response = await fetch(`${this.origin}/app/${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
      answer = await response.json().catch(() => ({}));
      answer.ok ??= response.ok;
    } catch {
      answer = { ok: false, error: 'The local Pivotal does not answer.' };
    }
    await this.refresh();
    return answer;
  }

  draw() {
    if (!this.shown || !this.state) return;
    const { state, page } = this;
    this.organisation.textContent =
      typeof state.organization === 'string' ? state.organization : (state.organization?.name ?? '');
    this.#drawTabs();
    this.#drawBudget(state.rate);
    const log = page === 'requests';
    this.filter.hidden = log;
    this.body.classList.toggle('is-log', log);
    const found = log ? null : state.onboardings.find((one) => String(one.display_id) === page || one.id === page);
    this.body.classList.toggle('has-record', Boolean(found));
    this.record.render(found, state);
    if (log) drawLog(this.table, state.requests ?? [], this.world.zone);
    else
      drawRecords(this.table, state, {
        wanted: this.filter.value,
        chosen: found?.id,
        sort: this.sort,
        resort: (by) => this.#resort(by),
        open: (id) => this.go(`#/pivotal/${id}`),
      });
    if (page && !log && !found)
      this.#say(`There is no onboarding ${/^\d+$/.test(page) ? `#${page}` : page} here (any more).`);
  }

  #resort(by) {
    this.sort = { by, down: this.sort.by === by ? !this.sort.down : false };
    this.draw();
  }

  #drawTabs() {
    const log = this.page === 'requests';
    const tab = (href, text, here) => ({
      key: href,
      sig: `${text} ${here}`,
      make: () => h('a', { href, 'aria-current': here ? 'page' : null, data: { focus: `sub-${href}` }, text }),
    });
    keyed(this.tabs, [
      tab('#/pivotal', `Onboardings (${this.#count()})`, !log),
      tab('#/pivotal/requests', `Request log (${this.state.requests?.length ?? 0})`, log),
    ]);
  }

  /** How many there are; the local Pivotal shows the newest few hundred at most and tells the total. */
  #count() {
    const { onboardings, total = onboardings.length } = this.state;
    return total > onboardings.length ? `the newest ${onboardings.length} of ${total}` : total;
  }

  #drawBudget(rate) {
    if (!rate) return;
    const text = `${rate.remaining} of ${rate.limit} requests left`;
    if (this.budget.dataset.shown === text) return;
    this.budget.dataset.shown = text;
    const share = rate.limit ? rate.remaining / rate.limit : 1;
    this.budget.replaceChildren(
      h('span', { text }),
      h(
        'span',
        {
          class: `bar ${share < 0.2 ? 'is-low' : ''}`,
          role: 'meter',
          'aria-label': 'Rate budget',
          'aria-valuemin': 0,
          'aria-valuemax': rate.limit,
          'aria-valuenow': rate.remaining,
        },
        h('span', { class: 'bar-fill', style: { width: `${Math.round(share * 100)}%` } }),
      ),
    );
  }
}
