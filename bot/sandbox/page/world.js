// What the page knows of the workspace: fetches it for the viewed person, hears of changes, sends what the person does.
// Promises: a stale answer never overwrites a newer one, and asking twice at once asks once.

import { toast } from './dom.js';

const SEAT = 'larkspur.as';

export class World extends EventTarget {
  constructor() {
    super();
    this.state = null;
    this.me = new URLSearchParams(location.search).get('as') ?? sessionStorage.getItem(SEAT);
    this.connected = true;
    this.wanted = 0;
    this.busy = null;
  }

  /** Load the workspace, then follow its changes for as long as the page is open. */
  async start() {
    await this.refresh();
    const events = new EventSource('/sandbox/events');
    events.onmessage = () => this.refresh();
    events.onopen = () => {
      this.#connection(true);
      this.refresh();
    };
    events.onerror = () => this.#connection(false);
  }

  #connection(connected) {
    if (this.connected === connected) return;
    this.connected = connected;
    this.dispatchEvent(new Event('connection'));
  }

  /** Fetch the state; a call during a fetch makes one more fetch after it. Resolves when the newest is shown. */
  refresh() {
    this.wanted += 1;
    this.busy ??= this.#catchUp().finally(() => {
      this.busy = null;
    });
    return this.busy;
  }

  async #catchUp() {
    for (let done = 0; done !== this.wanted;) {
      done = this.wanted;
      const seat = this.me;
      try {
        const answer = await fetch(`/sandbox/state${seat ? `?as=${encodeURIComponent(seat)}` : ''}`, {
          cache: 'no-store',
        });
        if (!answer.ok) throw new Error(`status ${answer.status}`);
        const state = await answer.json();
        if (seat === this.me) this.#take(state);
      } catch (error) {
        if (this.me && !this.state) this.#forget();
        this.problem = error;
        this.#connection(false);
      }
    }
  }

  #take(state) {
    this.problem = null;
    this.state = state;
    this.me = state.me;
    this.people = new Map(state.people.map((person) => [person.id, person]));
    this.channels = new Map(state.channels.map((channel) => [channel.id, channel]));
    this.#sayNotices(state);
    this.dispatchEvent(new Event('change'));
  }

  /** What Slack says outside any channel is said in passing, once. */
  #sayNotices(state) {
    const first = !this.told;
    this.told ??= new Set();
    for (const notice of state.notices ?? []) {
      const key = `${state.me} ${notice.id}`;
      if (!first && !notice.channel && !this.told.has(key)) toast(notice.text, { kind: 'warning' });
      this.told.add(key);
    }
  }

  #forget() {
    sessionStorage.removeItem(SEAT);
    this.me = null;
    this.wanted += 1;
  }

  /** Be somebody else. */
  async become(person) {
    if (person === this.me) return;
    this.me = person;
    sessionStorage.setItem(SEAT, person);
    // The address said who to begin as; from here on the tab remembers.
    if (location.search) history.replaceState(null, '', location.pathname + location.hash);
    await this.refresh();
  }

  person(id) {
    return this.people?.get(id);
  }

  channel(id) {
    return this.channels?.get(id);
  }

  get myself() {
    return this.person(this.me);
  }

  get zone() {
    return this.myself?.tz || 'UTC';
  }

  /** A user group. */
  group(id) {
    return this.state.user_groups?.find((one) => one.id === id);
  }

  /** Ask or tell the server as the viewed person; the answer is {ok, error?, …} and never throws. */
  async ask(path, body) {
    try {
      const response = await fetch(`/sandbox/${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ as: this.me, ...body }),
      });
      return await response.json();
    } catch {
      return { ok: false, error: 'The local workspace does not answer. Is it still running?' };
    }
  }

  /** Send what the person did, as `ask` does; the state is fetched anew afterwards. */
  async send(path, body) {
    const answer = await this.ask(path, body);
    await this.refresh();
    return answer;
  }

  say(channel, text, thread) {
    return this.send('message', thread ? { channel, text, thread_ts: thread } : { channel, text });
  }

  /** Press or choose something in a message or a view. */
  act(where, block, element, value) {
    const chosen = value === undefined ? {} : { value };
    return this.#do('action', { ...where, block_id: block, action_id: element, ...chosen });
  }

  /** Use a shortcut; `where` names the message whose menu it stands in, if any. */
  use(shortcut, where) {
    return this.#do('shortcut', { callback_id: shortcut, ...where });
  }

  /** A refusal that Slack says nothing about is told in passing. */
  async #do(path, body) {
    const before = this.told.size;
    const answer = await this.send(path, body);
    if (!answer.ok && this.told.size === before)
      toast(`${this.state?.app?.name ?? 'The app'} did not answer that: ${answer.error}`, { kind: 'warning' });
    return answer;
  }
}
