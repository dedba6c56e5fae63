import { pointWidth } from '../result/cell.ts'

/**
 * Lines at the bottom of the terminal that are replaced in place: progress, or a live table. Both
 * terminals share one, since what is written to either scrolls past it.
 */
export class StatusLine {
  private readonly stream: NodeJS.WriteStream
  private lines: readonly string[] = []
  private drawn = 0

  constructor(stream: NodeJS.WriteStream) {
    this.stream = stream
  }

  /** False when nobody would see it: then `show` does nothing. */
  get visible(): boolean {
    return this.stream.isTTY === true
  }

  show(...lines: readonly string[]): void {
    this.lines = lines
    if (!this.visible) return
    this.hide()
    this.redraw()
  }

  clear(): void {
    this.hide()
    this.lines = []
  }

  /** Takes the lines off the screen until `redraw`. */
  hide(): void {
    if (this.drawn === 0) return
    // To the first column, up to the first of our lines, erase to the end of the screen.
    this.stream.write(`\r${this.drawn > 1 ? `\u001b[${this.drawn - 1}A` : ''}\u001b[0J`)
    this.drawn = 0
  }

  redraw(): void {
    if (this.lines.length === 0 || !this.visible) return
    const width = Math.max(this.stream.columns || 80, 20) - 1
    const height = Math.max((this.stream.rows || 24) - 1, 1)
    const shown = this.lines.slice(0, height).map(line => cut(line, width))
    this.stream.write(shown.join('\n'))
    this.drawn = shown.length
  }
}

/** At most `width` columns: a wrapped line would not be erased whole. */
function cut(line: string, width: number): string {
  let visible = 0
  let at = 0
  while (at < line.length) {
    if (line[at] === '\u001b') {
      const end = line.indexOf('m', at)
      at = end < 0 ? line.length : end + 1
    } else {
      const point = String.fromCodePoint(line.codePointAt(at)!)
      visible += pointWidth(point)
      if (visible > width) break
      at += point.length
    }
  }
  return at >= line.length ? line : `${line.slice(0, at)}\u001b[0m`
}
