import assert from 'node:assert/strict'

/** Proves that a text is well-formed XML, as far as a chart uses it: tags match, text is escaped. */
export function assertWellFormed(svg: string): void {
  const open: string[] = []
  let rest = svg.trim()
  while (rest !== '') {
    const [, text = '', tag] = /^([^<]*)(<[^>]*>)?/.exec(rest)!
    assert.doesNotMatch(text, /&(?!(?:amp|lt|gt|quot);)/)
    if (tag === undefined) {
      assert.equal(text, rest, 'a tag that does not end')
      break
    }
    const parts = /^<(\/?)([a-z]+)((?: [\w:-]+="[^"<]*")*)(\/?)>$/.exec(tag)
    assert.ok(parts, `not a tag: ${tag}`)
    const [, closing, name, , empty] = parts
    if (closing) assert.equal(open.pop(), name, tag)
    else if (!empty) open.push(name!)
    rest = rest.slice(text.length + tag.length)
  }
  assert.deepEqual(open, [])
  // Other programs than browsers know no variables, and would draw nothing.
  assert.doesNotMatch(svg, /var\(/)
  assert.match(svg, /^<svg [^>]*viewBox="0 0 \d+ \d+"/)
}
