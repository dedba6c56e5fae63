import { noteSpan, noteVerdict, TOO_LONG, takeFrame } from './extract-frame.ts'
import {
  CAPACITY,
  FRAME_BYTES_MAX,
  LINE,
  OFFSET_AT,
  RECORD_TIME_AT,
  ROWS
} from './extract-layout.ts'
import { newlineFrom, OBJECT_OPEN, spaceEnd } from './json-skip.ts'

const RETURN: u32 = 0x0d
const BOM_FIRST: u32 = 0xef
const BOM: u32 = 0x00bf_bbef
const BOM_BYTES: usize = 3

/**
 * Takes the whole lines from `start` on, up to `end` or full columns, and returns the position behind the
 * last one. Before `searched` there is no line feed. `shift` is what positions are ahead of those in the
 * caller's chunk. Readable twin: `PlainExtractor.lines`.
 */
export function lines(start: usize, searched: usize, end: usize, shift: usize): usize {
  const capacity = <usize>load<u32>(CAPACITY)
  const longest = <usize>load<u32>(FRAME_BYTES_MAX)
  let row = <usize>load<u32>(ROWS)
  let line = load<f64>(LINE)
  let at = start
  let from = searched
  while (row < capacity) {
    const newline = newlineFrom(from, end)
    if (newline >= end) break
    let frame = at
    const first = <u32>load<u8>(frame)
    if (
      first == BOM_FIRST &&
      (load<u32>(frame) & 0x00ff_ffff) == BOM &&
      newline - at >= BOM_BYTES
    ) {
      frame += BOM_BYTES
    }
    let stop = newline
    if (stop > frame && <u32>load<u8>(stop - 1) == RETURN) stop--
    at = newline + 1
    from = at
    const tooLong = stop - frame > longest
    let value = frame
    if (<u32>load<u8>(frame) != OBJECT_OPEN) {
      value = spaceEnd(frame, stop)
      if (value == stop && !tooLong) {
        line += 1
        continue
      }
    }
    store<f64>(OFFSET_AT + (row << 3), line)
    store<f64>(RECORD_TIME_AT + (row << 3), NaN)
    line += 1
    if (tooLong) {
      noteSpan(row, frame - shift, frame + longest - shift)
      noteVerdict(row, TOO_LONG)
    } else {
      noteSpan(row, frame - shift, stop - shift)
      takeFrame(row, value, stop, 0, 0)
    }
    row++
  }
  store<u32>(ROWS, <u32>row)
  store<f64>(LINE, line)
  return at
}
