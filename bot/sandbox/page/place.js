// Where elements stand: one message or one view. A place is {world, id, key, where, values, pressable, settle?}: `where`
// names it to the server, `key` the block, `values` what its fields hold, `pressable(block)` says whether its elements tell
// the app at once, `settle()` hands over what was typed into the others. Promises: the app hears what the person did, once.

import { ask } from './confirm.js';

/** The name by which focus is found again after a redraw. */
export const focusName = (place, element, extra = '') => `${place.id}|${place.key}|${element.action_id}|${extra}`;

/** Tell the app what was done to an element, with everything typed so far. */
export async function tell(place, block, element, value) {
  await place.settle?.();
  await place.world.act(place.where, block.block_id, element.action_id, value);
}

/** Tell the app, unless a confirm dialog is declined; resolves to whether it was told. `node` shows that it is at it. */
export async function press(place, block, element, { value, node = null } = {}) {
  if (element.confirm && !(await ask(element.confirm, place.world))) return false;
  node?.setAttribute('aria-busy', 'true');
  await tell(place, block, element, value);
  node?.removeAttribute('aria-busy');
  return true;
}
