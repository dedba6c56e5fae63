import { H1_HIGH } from './columns.ts'
import { OTHERS_AT } from './memory-layout.ts'

/**
 * Lists the rows in [from, to) whose entry may be below a threshold, by its upper word alone, and returns how
 * many they are: nearly none of a large set. Readable twin: the loop of `ThetaSketch.addColumns`.
 */
export function listBelow(thetaHigh: u32, from: u32, to: u32): u32 {
  let at: usize = 0
  for (let row = from; row < to; row++) {
    store<u32>(at, row, OTHERS_AT)
    at += (<usize>(load<u32>((<usize>row) << 2, H1_HIGH) >> 1 <= thetaHigh)) << 2
  }
  return <u32>(at >> 2)
}
