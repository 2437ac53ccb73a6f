import assert from 'node:assert/strict'

const token = /<!doctype html>|<(\/?)([a-z][a-z0-9-]*)((?: [a-z][a-z0-9-]*(?:="[^"<>]*")?)*) ?\/?>|[^<>]+/gy
const attribute = / ([a-z][a-z0-9-]*)(?:="([^"]*)")?/g
const looseAmpersand = /&(?!(?:amp|lt|gt|quot|#39);)/

const elements = new Set(
  [
    'html head meta title link script body header nav main search section h1 h2 div span p a strong bdi code time',
    'ul ol li dl dt dd table thead tbody tr th td form fieldset legend label input textarea select option button',
  ]
    .join(' ')
    .split(' '),
)
const addresses = new Set(['href', 'src', 'action', 'formaction'])
const refusedAttributes =
  /^(?:on|style$|srcdoc$|http-equiv$|is$|background$|ping$|form(?:target|enctype|method)$)|canary/

/**
 * Reads a page strictly, as nobody writes by hand, and asserts that it consists of elements that the console has, runs
 * no script but its own, and points to nowhere else. What a browser would have to guess is refused.
 */
export function assertMarkup(page: string): void {
  let end = 0
  let isScript = false
  for (const { 0: text, 1: slash, 2: name, 3: attributes = '', index } of page.matchAll(token)) {
    assert.equal(index, end, `cannot be read: ${page.slice(end, end + 80)}`)
    end += text.length
    assert.ok(!looseAmpersand.test(text), `is not escaped: ${text}`)
    if (name === undefined) {
      assert.ok(!isScript, `a script of the page's own: ${text}`)
      continue
    }
    assert.ok(elements.has(name), `a foreign element: ${text}`)
    isScript = name === 'script' && slash === ''
    const all = [...attributes.matchAll(attribute)].map(([, key = '', value = '']) => [key, value] as const)
    assert.equal(new Set(all.map(([key]) => key)).size, all.length, `an attribute twice: ${text}`)
    for (const [key, value] of all) {
      assert.ok(!refusedAttributes.test(key), `a foreign attribute: ${text}`)
      if (addresses.has(key))
        assert.match(value, /^(?:\/console(?:[/?#]|$)|#|\?|$)/, `leads elsewhere: ${text}`)
    }
    if (isScript) assert.deepEqual(all.map(([key]) => key).toSorted(), ['defer', 'src'])
  }
  assert.equal(end, page.length, `cannot be read: ${page.slice(end, end + 80)}`)
}
