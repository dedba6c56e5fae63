/*
 * Every table mixes its positions with numbers of its own, drawn anew in each process:
 *
 * - murmur3 can be inverted, so a sender who knew the positions could choose keys that all fall into one
 *   run of a table and make each insertion walk through it;
 * - filling one table from another in the order of its places would fill the smaller one from the left.
 *
 * No result depends on them: whatever leaves a sketch is sorted first.
 */
// gate-ignore deterministic: no result depends on it, and a guessable salt invites crafted keys
let state = crypto.getRandomValues(new Int32Array(1))[0]!

/** An odd 32-bit multiplier, different at each call (a Weyl sequence through murmur3's finalizer). */
export function nextSalt(): number {
  state = (state + 0x9e37_79b9) | 0
  let salt = Math.imul(state ^ (state >>> 16), 0x85eb_ca6b)
  salt = Math.imul(salt ^ (salt >>> 13), 0xc2b2_ae35)
  return (salt ^ (salt >>> 16)) | 1
}
