/**
 * Readable on white and on black: ink and series colours follow what the reader prefers. Plain colours, no
 * variables: programs other than browsers draw these files, too, and don't know them.
 */
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600 }
  .right { text-anchor: end }
  .middle { text-anchor: middle }
  .axis { stroke: #c8ced6; stroke-width: 1 }
  .band { fill: #c8ced6; opacity: .4 }
  .line { fill: none; stroke-width: 1.2 }
  .dots { fill: none; stroke-width: 4; stroke-linecap: round }
  .s0 { stroke: #0969da } .s1 { stroke: #bc4c00 } .s2 { stroke: #1a7f37 }
  .f0 { fill: #0969da } .f1 { fill: #bc4c00 } .f2 { fill: #1a7f37 }
  @media (prefers-color-scheme: dark) {
    text { fill: #d9dfe6 }
    .axis { stroke: #4b535d }
    .band { fill: #4b535d }
    .s0 { stroke: #58a6ff } .s1 { stroke: #f0883e } .s2 { stroke: #56d364 }
    .f0 { fill: #58a6ff } .f1 { fill: #f0883e } .f2 { fill: #56d364 }
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
