/** Readable on white and on black: ink and series colours follow what the reader prefers. */
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: var(--ink) }
  .title { font-weight: 600 }
  .right { text-anchor: end }
  .middle { text-anchor: middle }
  .axis { stroke: var(--faint); stroke-width: 1 }
  .band { fill: var(--faint); opacity: .45 }
  .line { fill: none; stroke-width: 1.6 }
  .dashed { stroke-dasharray: 3 3; opacity: .8 }
  .s0 { stroke: var(--s0) } .s1 { stroke: var(--s1) } .s2 { stroke: var(--s2) }
  .f0 { fill: var(--s0) } .f1 { fill: var(--s1) } .f2 { fill: var(--s2) }
  svg { --ink: #1f2328; --faint: #c8ced6; --s0: #0969da; --s1: #bc4c00; --s2: #1a7f37 }
  @media (prefers-color-scheme: dark) {
    svg { --ink: #d9dfe6; --faint: #4b535d; --s0: #58a6ff; --s1: #f0883e; --s2: #56d364 }
  }`

type Attributes = Readonly<Record<string, string | number>>

/** A whole SVG file. `title` is what a screen reader says. */
export function svgDocument(
  width: number,
  height: number,
  title: string,
  body: readonly string[]
): string {
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: 'img'
  }
  const content = ['', element('title', {}, escapeXml(title)), `<style>${STYLE}\n</style>`, ...body]
  return `${element('svg', attributes, `${content.join('\n')}\n`)}\n`
}

/** Coordinates are rounded to a tenth: nobody sees less. `content` is markup. */
export function element(name: string, attributes: Attributes, content = ''): string {
  const written = Object.entries(attributes)
    .map(([key, value]) => {
      const shown = typeof value === 'number' ? Math.round(value * 10) / 10 : value
      return ` ${key}="${escapeXml(String(shown))}"`
    })
    .join('')
  return content === '' ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`
}

/** `text` at a place; `style` is one of the classes above. */
export function label(x: number, y: number, text: string, style = ''): string {
  const attributes: Attributes = style === '' ? { x, y } : { x, y, class: style }
  return element('text', attributes, escapeXml(text))
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
