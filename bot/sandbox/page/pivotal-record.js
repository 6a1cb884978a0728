// One onboarding, to look at and to change as somebody would in Pivotal's web app. Promises: a field being edited is not
// overwritten by an update, and what was changed by whom stands below, newest first.

import { ask } from './confirm.js';
import { h, icon, keyed, toast } from './dom.js';
import { humanised, stateBadge, userName } from './pivotal-table.js';
import { drawTimeline } from './pivotal-timeline.js';

const DANA = 'Dana (web app)';
const FIELDS = [
  ['phase', 'Phase'],
  ['state', 'State'],
  ['target_launch_date', 'Target launch date'],
  ['csm_id', 'CSM'],
  ['waiting_on_customer', 'Waiting on customer'],
];

export class Record {
  constructor(world, { close, send }) {
    this.world = world;
    this.send = send;
    this.edits = {};
    this.title = h('h2');
    this.badge = h('span');
    this.about = h('dl', { class: 'facts' });
    this.fields = {
      phase: h('select', { class: 'field' }),
      state: h('select', { class: 'field' }),
      csm_id: h('select', { class: 'field' }),
      target_launch_date: h('input', { class: 'field', type: 'date' }),
      waiting_on_customer: h('input', { type: 'checkbox' }),
    };
    this.save = h('button', { type: 'submit', class: 'button button-primary', disabled: true, text: 'Save as Dana' });
    this.remove = h('button', {
      type: 'button',
      class: 'button button-danger',
      text: 'Delete …',
      on: { click: () => this.#delete() },
    });
    this.problem = h('div', { class: 'field-error', role: 'alert', hidden: true });
    this.form = h(
      'form',
      { class: 'record-form', 'aria-label': 'Change this onboarding', on: { submit: (event) => this.#save(event) } },
      h('p', { class: 'hint', text: 'What you change here is changed as Dana in Pivotal’s web app, not by the bot.' }),
      FIELDS.map(([name, label]) =>
        h(
          'label',
          { class: `record-field ${name === 'waiting_on_customer' ? 'record-tick' : ''}` },
          h('span', { text: label }),
          this.fields[name],
        ),
      ),
      this.problem,
      h('div', { class: 'record-buttons' }, this.save, this.remove),
    );
    this.timeline = h('ol', { class: 'timeline' });
    this.node = h(
      'aside',
      { class: 'record', 'aria-label': 'Onboarding', hidden: true },
      h(
        'header',
        { class: 'pane-head' },
        h('div', { class: 'pane-title' }, this.title, this.badge),
        h(
          'button',
          {
            type: 'button',
            class: 'button button-icon button-bare',
            'aria-label': 'Close the record',
            on: { click: close },
          },
          icon('close'),
        ),
      ),
      h('div', { class: 'record-body' }, this.about, this.form, h('h3', { text: 'Timeline' }), this.timeline),
    );
    this.close = close;
    this.node.addEventListener('keydown', (event) => event.key === 'Escape' && !event.defaultPrevented && close());
    this.form.addEventListener('input', (event) => this.#edited(event.target));
  }

  /** Show this onboarding, or nothing. */
  render(one, state) {
    this.node.hidden = !one;
    if (!one) {
      this.one = null;
      return;
    }
    if (this.one?.id !== one.id) {
      this.edits = {};
      this.#problem('');
    }
    this.one = one;
    const title = `${one.customer_name ?? one.customer_id} · #${one.display_id}`;
    if (this.title.textContent !== title)
      this.title.replaceChildren(h('bdi', { text: one.customer_name ?? one.customer_id }), ` · #${one.display_id}`);
    this.badge.replaceChildren(stateBadge(one));
    this.#drawFacts(one, state);
    this.#drawFields(one, state);
    drawTimeline(this.timeline, one.timeline ?? [], this.world.zone);
  }

  #drawFacts(one, state) {
    const facts = [
      ['Name', one.name],
      ['Solutions engineer', one.se_id && userName(state, one.se_id)],
      ['Designer', one.designer_id && userName(state, one.designer_id)],
      ['Notes', one.notes],
      ['Record', one.id],
    ];
    keyed(
      this.about,
      facts
        .filter(([, text]) => text)
        .map(([name, text]) => ({
          key: name,
          sig: text,
          make: () => h('div', {}, h('dt', { text: name }), h('dd', {}, h('bdi', { text }))),
        })),
    );
  }

  #drawFields(one, state) {
    const people = [
      ...new Set([
        ...(state.users ?? []).map((user) => user.id),
        ...state.onboardings.map((other) => other.csm_id).filter(Boolean),
      ]),
    ].sort();
    options(
      this.fields.phase,
      withPresent(state.phases, one.phase).map((phase) => [phase, humanised(phase)]),
    );
    options(
      this.fields.state,
      withPresent(state.states, one.state).map((name) => [name, humanised(name)]),
    );
    options(this.fields.csm_id, [['', 'nobody'], ...people.map((id) => [id, userName(state, id)])]);
    for (const [name] of FIELDS) {
      const field = this.fields[name];
      const value = name in this.edits ? this.edits[name] : one[name];
      if (field.type === 'checkbox') field.checked = Boolean(value);
      else if (document.activeElement !== field || !(name in this.edits))
        setValue(field, name === 'target_launch_date' ? String(value ?? '').slice(0, 10) : (value ?? ''));
      field.closest('label').classList.toggle('is-edited', name in this.edits);
    }
    this.save.disabled = !Object.keys(this.edits).length;
  }

  #edited(field) {
    const name = Object.keys(this.fields).find((key) => this.fields[key] === field);
    const value = field.type === 'checkbox' ? field.checked : field.value || null;
    const present =
      name === 'target_launch_date'
        ? (this.one[name]?.slice(0, 10) ?? null)
        : (this.one[name] ?? (field.type === 'checkbox' ? false : null));
    if (value === present) delete this.edits[name];
    else this.edits[name] = value;
    field.closest('label').classList.toggle('is-edited', name in this.edits);
    this.save.disabled = !Object.keys(this.edits).length;
  }

  #problem(text) {
    this.problem.textContent = text;
    this.problem.hidden = !text;
  }

  async #save(event) {
    event.preventDefault();
    const changes = this.edits;
    this.edits = {};
    const answer = await this.send('edit', { id: this.one.id, by: DANA, changes });
    if (!answer.ok) this.edits = { ...changes, ...this.edits };
    this.#problem(answer.ok ? '' : `That was not saved: ${words(answer.error)}`);
    if (answer.ok) toast('Saved as Dana.');
  }

  async #delete() {
    const one = this.one;
    const agreed = await ask(
      {
        title: { type: 'plain_text', text: 'Delete this onboarding?' },
        style: 'danger',
        text: {
          type: 'plain_text',
          text: `${one.customer_name} · #${one.display_id} goes from every list. The bot notices when it next looks.`,
        },
        confirm: { type: 'plain_text', text: 'Delete' },
        deny: { type: 'plain_text', text: 'Keep it' },
      },
      this.world,
    );
    if (!agreed) return;
    const answer = await this.send('delete', { id: one.id, by: DANA });
    if (!answer.ok) this.#problem(`That was not deleted: ${words(answer.error)}`);
    else {
      toast(`Deleted #${one.display_id} as Dana.`);
      this.close();
    }
  }
}

const words = (error) => (typeof error === 'string' ? error : (error?.message ?? 'the local Pivotal refused it'));
const withPresent = (names, present) =>
  names?.includes(present) || !present ? (names ?? []) : [...(names ?? []), present];

function setValue(field, value) {
  if (field.value !== value) field.value = value;
}

function options(select, choices) {
  const sig = JSON.stringify(choices);
  if (select.dataset.sig === sig) return;
  select.dataset.sig = sig;
  const held = select.value;
  select.replaceChildren(...choices.map(([value, text]) => h('option', { value, text })));
  select.value = held;
}
