// Where elements stand: one message or one view. Promises: what was typed or chosen there is remembered apart from the
// nodes, so redrawing loses nothing. A place is {world, id, key, where, values, pressable}: `where` names it to the server,
// `key` the block, `pressable(block)` says whether its elements tell the app at once.

import { ask } from './confirm.js';

/** What was typed or chosen in one message or view, by block and action. */
export class Values {
  #held = new Map();

  get(block, action) {
    return this.#held.get(`${block}\n${action}`);
  }

  set(block, action, value) {
    this.#held.set(`${block}\n${action}`, value);
  }
}

/** The name by which focus is found again after a redraw. */
export const focusName = (place, element, extra = '') => `${place.id}|${place.key}|${element.action_id}|${extra}`;

/** Tell the app, unless a confirm dialog is declined; resolves to whether it was told. `node` shows that it is at it. */
export async function press(place, block, element, { value, node = null } = {}) {
  if (element.confirm && !(await ask(element.confirm, place.world))) return false;
  node?.setAttribute('aria-busy', 'true');
  await place.world.act(place.where, block.block_id, element.action_id, value);
  node?.removeAttribute('aria-busy');
  return true;
}
