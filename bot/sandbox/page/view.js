// The blocks of a view, in a modal or in Home. Promises: an update keeps what was typed, and an action carries it, as
// Slack's `state.values` do.

import { blockItems } from './blocks.js';
import { keyed } from './dom.js';
import { sent } from './inputs.js';
import { Values } from './values.js';

const SILENT = ['button', 'overflow', 'image'];
const pressable = (block) => block.type !== 'input' || Boolean(block.dispatch_action);

/** Every field of a view with its block, in reading order. */
export function fields(view) {
  return view.blocks.flatMap((block) =>
    [block.element, block.accessory, ...(block.type === 'actions' ? block.elements : [])]
      .filter((element) => element?.action_id && !SILENT.includes(element.type))
      .map((element) => [block, element]),
  );
}

export class ViewDrawing {
  #held = new Map();

  constructor(world) {
    this.world = world;
  }

  /** What its fields hold, by block and action, as the server takes it. */
  values(view) {
    const out = {};
    for (const [block, element] of fields(view)) {
      const held = this.#of(view).values.get(block.block_id, element.action_id);
      (out[block.block_id] ??= {})[element.action_id] = sent(element, held);
    }
    return out;
  }

  /** Draw the view's blocks into `node`. */
  draw(node, view) {
    const mine = this.#of(view);
    mine.view = view;
    mine.values.follow(view.state_values);
    keyed(node, blockItems(view.blocks ?? [], mine.place));
  }

  forget() {
    this.#held.clear();
  }

  #of(view) {
    if (!this.#held.has(view.id)) {
      const mine = { view, values: new Values() };
      mine.place = {
        world: this.world,
        id: view.id,
        values: mine.values,
        where: { view_id: view.id },
        pressable,
        settle: () => this.#settle(mine),
      };
      this.#held.set(view.id, mine);
    }
    return this.#held.get(view.id);
  }

  /** Hand over what was typed into fields that do not tell the app by themselves. */
  async #settle({ view, values, place }) {
    for (const [block, element] of fields(view)) {
      const ids = [block.block_id, element.action_id];
      if (pressable(block) || !values.takeUnsent(...ids)) continue;
      const value = sent(element, values.get(...ids));
      await this.world.ask('action', { ...place.where, block_id: ids[0], action_id: ids[1], value });
    }
  }
}
