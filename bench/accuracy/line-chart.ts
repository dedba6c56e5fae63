import { element, label, svgDocument } from '../../src/cli/sketch/svg.ts'

/** Points as dots, as a line through them, or both; `colour` is 0, 1 or 2. */
export interface Series {
  readonly colour: number
  readonly mark: 'dots' | 'line' | 'both'
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
  /** What stands behind the legend. */
  readonly remark: string
  readonly xTitle: string
  readonly decades: number
  readonly panels: readonly Panel[]
}

const COLUMNS = 2
const PANEL_WIDTH = 400
const PANEL_HEIGHT = 220
const LEFT = 52
const TOP = 66
const RIGHT = 22
const GAP = 72
const BOTTOM = 44

/** Panels in rows of two, as an SVG file. */
export function lineChart(chart: LineChart): string {
  const { title, legend, remark, decades, panels, xTitle } = chart
  const body = [label(LEFT, 18, title, 'title')]
  legend.forEach((name, i) => {
    const x = LEFT + i * 90
    body.push(element('rect', { x, y: 29, width: 18, height: 3, class: `f${i}` }))
    body.push(label(x + 24, 35, name))
  })
  body.push(label(LEFT + legend.length * 90, 35, remark))
  panels.forEach((panel, i) => {
    const x = (i % COLUMNS) * PANEL_WIDTH
    const y = Math.floor(i / COLUMNS) * (PANEL_HEIGHT + GAP)
    const marks = drawPanel(panel, decades, xTitle).join('\n')
    body.push(element('g', { transform: `translate(${x} ${y})` }, marks))
  })
  const rows = Math.ceil(panels.length / COLUMNS)
  const height = TOP + rows * PANEL_HEIGHT + (rows - 1) * GAP + BOTTOM
  return svgDocument(COLUMNS * PANEL_WIDTH, height, title, body)
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
  for (const { colour, mark, points } of panel.series) {
    const places = points.map(([px, py]) => `${x(px).toFixed(1)},${y(py).toFixed(1)}`)
    if (mark !== 'dots') {
      marks.push(element('polyline', { points: places.join(' '), class: `line s${colour}` }))
    }
    if (mark !== 'line') {
      // A line of no length with round ends is a dot.
      const path = places.map(place => `M${place}h0`).join('')
      marks.push(element('path', { d: path, class: `dots s${colour}` }))
    }
  }
  return marks
}

function decadeName(decade: number): string {
  const names = ['1', '10', '100', '1 k', '10 k', '100 k', '1 M', '10 M', '100 M']
  return names[decade] ?? `10^${decade}`
}
