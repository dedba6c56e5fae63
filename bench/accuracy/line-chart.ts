import { element, label, svgDocument } from '../../src/cli/sketch/svg.ts'

/** A line through points; `colour` is 0, 1 or 2. */
export interface Series {
  readonly colour: number
  readonly isDashed: boolean
  readonly points: readonly (readonly [x: number, y: number])[]
}

/** One coordinate system: a logarithmic x axis of decades, a linear y axis from `low` to `high`. */
export interface Panel {
  readonly title: string
  readonly low: number
  readonly high: number
  readonly ticks: readonly number[]
  readonly unit: string
  /** A part of the y axis that is shaded. */
  readonly band?: readonly [from: number, to: number]
  readonly series: readonly Series[]
}

export interface LineChart {
  readonly title: string
  /** Names of the colours. */
  readonly legend: readonly string[]
  readonly xTitle: string
  readonly decades: number
  readonly panels: readonly Panel[]
}

const PANEL_WIDTH = 400
const PANEL_HEIGHT = 230
const LEFT = 52
const TOP = 62
const RIGHT = 14
const BOTTOM = 40

/** Panels side by side, as an SVG file. */
export function lineChart({ title, legend, xTitle, decades, panels }: LineChart): string {
  const body = [label(LEFT, 18, title, 'title')]
  legend.forEach((name, i) => {
    const x = LEFT + i * 90
    body.push(element('rect', { x, y: 29, width: 18, height: 3, class: `f${i}` }))
    body.push(label(x + 24, 35, name))
  })
  body.push(label(LEFT + legend.length * 90, 35, 'dashed: theory'))
  panels.forEach((panel, i) => {
    const shift = element(
      'g',
      { transform: `translate(${i * PANEL_WIDTH} 0)` },
      drawPanel(panel, decades, xTitle).join('\n')
    )
    body.push(shift)
  })
  return svgDocument(panels.length * PANEL_WIDTH, TOP + PANEL_HEIGHT + BOTTOM, title, body)
}

function drawPanel(panel: Panel, decades: number, xTitle: string): readonly string[] {
  const width = PANEL_WIDTH - LEFT - RIGHT
  const bottom = TOP + PANEL_HEIGHT
  const x = (value: number) => LEFT + (Math.log10(value) / decades) * width
  const y = (value: number) => {
    const within = Math.min(Math.max(value, panel.low), panel.high)
    return bottom - ((within - panel.low) / (panel.high - panel.low)) * PANEL_HEIGHT
  }
  const marks = [label(LEFT, TOP - 9, panel.title)]
  if (panel.band) {
    const [from, to] = panel.band
    const height = y(from) - y(to)
    marks.push(element('rect', { x: LEFT, y: y(to), width, height, class: 'band' }))
  }
  for (const tick of panel.ticks) {
    const at = y(tick)
    marks.push(element('line', { x1: LEFT, x2: LEFT + width, y1: at, y2: at, class: 'axis' }))
    marks.push(label(LEFT - 6, at + 4, `${tick}${panel.unit}`, 'right'))
  }
  for (let decade = 0; decade <= decades; decade++) {
    const at = x(10 ** decade)
    marks.push(element('line', { x1: at, x2: at, y1: bottom, y2: bottom + 4, class: 'axis' }))
    marks.push(label(at, bottom + 18, decadeName(decade), 'middle'))
  }
  marks.push(label(LEFT + width / 2, bottom + 35, xTitle, 'middle'))
  for (const { colour, isDashed, points } of panel.series) {
    const path = points.map(([px, py]) => `${x(px).toFixed(1)},${y(py).toFixed(1)}`).join(' ')
    const style = `line s${colour}${isDashed ? ' dashed' : ''}`
    marks.push(element('polyline', { points: path, class: style }))
  }
  return marks
}

function decadeName(decade: number): string {
  const names = ['1', '10', '100', '1 k', '10 k', '100 k', '1 M', '10 M', '100 M']
  return names[decade] ?? `10^${decade}`
}
