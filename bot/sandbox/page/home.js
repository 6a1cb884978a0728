// The app's Home. Promises: it draws the view the app has published for the viewed person and tells the app whenever Home is
// opened; an update changes only the blocks that changed, so scroll, focus and half-typed words stay.

import { h, toast } from './dom.js';
import { ViewDrawing } from './view.js';

export class Home {
  constructor(world) {
    this.world = world;
    this.drawing = new ViewDrawing(world);
    this.blocks = h('div', { class: 'blocks' });
    this.empty = h('p', { class: 'home-empty', role: 'status' });
    this.node = h(
      'div',
      { class: 'home', tabindex: '0', role: 'region', 'aria-label': 'Home', hidden: true },
      h('div', { class: 'home-page' }, this.blocks, this.empty),
    );
    this.seat = null;
  }

  /** Draw Home, or hide it. */
  render(shown) {
    this.node.hidden = !shown;
    const { home, app } = this.world.state;
    const seat = shown ? this.world.me : null;
    const opened = seat !== this.seat;
    this.seat = seat;
    if (!shown) return;
    if (opened) {
      this.blocks.replaceChildren();
      this.node.scrollTop = 0;
      this.#open(seat);
    }
    this.blocks.hidden = !home;
    this.empty.hidden = Boolean(home);
    const text = this.waiting ? 'One moment …' : `${app.name} has not put anything here for you yet.`;
    if (this.empty.textContent !== text) this.empty.textContent = text;
    if (home) this.drawing.draw(this.blocks, home);
  }

  async #open(seat) {
    this.waiting = true;
    const answer = await this.world.send('home', {});
    if (this.seat !== seat) return;
    this.waiting = false;
    this.render(true);
    if (!answer.ok) toast(`Home could not be opened: ${answer.error}`, { kind: 'warning' });
  }
}
