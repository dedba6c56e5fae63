import { markStored } from '../sketch/chunks.ts'
import { createSketch } from '../sketch/create.ts'
import { wrapSketch } from '../sketch/envelope.ts'
import { mergeSketches } from '../sketch/merge.ts'
import type { Sketch, SketchKind } from '../sketch/sketch.ts'
import type { Window } from './window.ts'
import type { WindowTable } from './window-table.ts'

/**
 * Windows from windows: a larger one is the union of its children's sketches and the sum of their
 * counters, each counted exactly once. Nothing is ever counted again from frames.
 */
export class RollUp {
  private readonly table: WindowTable
  private readonly kind: SketchKind
  private readonly precision: number

  constructor(table: WindowTable, kind: SketchKind, precision: number) {
    this.table = table
    this.kind = kind
    this.precision = precision
  }

  /** Adds a sketch and counters to a window that holds its own content. */
  add(window: Window, sketch: Sketch, frames: number, late: number): void {
    window.sketch = mergeSketches(this.content(window), sketch)
    window.frames += frames
    window.late += late
  }

  /**
   * The live content of a window: unpacked when it was packed, united from its children when it is
   * in progress and no running union is at hand.
   */
  content(window: Window): Sketch {
    if (window.sketch) return window.sketch
    let sketch = createSketch(this.kind, this.precision)
    if (window.packed) {
      for (const envelope of window.packed) sketch = mergeSketches(sketch, wrapSketch(envelope))
      markStored(sketch)
      window.packed = undefined
    } else if (window.level.index > 0) {
      window.frames = 0
      window.late = 0
      for (const child of this.table.children(window)) {
        sketch = mergeSketches(sketch, this.peek(child))
        window.frames += child.frames
        window.late += child.late
      }
    }
    window.sketch = sketch
    return sketch
  }

  /** True when a window's content stands on its own, false when only its children hold it. */
  isWhole(window: Window): boolean {
    return window.level.index === 0 || window.sketch !== undefined || window.packed !== undefined
  }

  /** The content for reading: a packed child stays packed. */
  private peek(child: Window): Sketch {
    if (child.sketch || !child.packed) return this.content(child)
    let sketch: Sketch | undefined
    for (const envelope of child.packed) {
      const part = wrapSketch(envelope)
      sketch = sketch ? mergeSketches(sketch, part) : part
    }
    return sketch ?? createSketch(this.kind, this.precision)
  }
}
