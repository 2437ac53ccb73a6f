import fc from 'fast-check'

/** Values around which rules and addresses gather, so that they meet. */
const ipv4Bases = [0, 0x0a000000, 0x7f000001, 0xc0000200, 0xc0a80101, 0xffffffff]
const ipv6Bases = [
  0n,
  0x7f000001n,
  0xfffe_ffff_ffffn,
  0xffff_0000_0000n,
  0xffff_7f00_0001n,
  0xffff_c000_0200n,
  0xffff_ffff_ffffn,
  0x1_0000_0000_0000n,
  0x0064_ff9b_0000_0000_0000_0000_c000_0200n,
  0x2001_0db8_0000_0000_0000_0000_0000_0000n,
  0x2001_0db8_0000_0001_0000_0000_0000_0001n,
  0xfe80_0000_0000_0000_0000_0000_0000_0001n,
  0xffff_ffff_ffff_ffff_ffff_ffff_ffff_ffffn,
]
const greatest = 2n ** 128n - 1n
const firstMapped = 0xffff_0000_0000n
const isMapped = (value: bigint) => value >> 32n === 0xffffn

const ipv4Value = fc
  .oneof(
    { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...ipv4Bases), fc.integer({ min: -9, max: 9 })) },
    { weight: 1, arbitrary: fc.tuple(fc.nat(0xffffffff), fc.constant(0)) },
  )
  .map(([base, offset]) => Math.min(Math.max(base + offset, 0), 0xffffffff))

const ipv6Value = fc
  .oneof(
    { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...ipv6Bases), fc.bigInt(-9n, 9n)) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...ipv6Bases), fc.bigInt(-(2n ** 70n), 2n ** 70n)) },
    { weight: 1, arbitrary: fc.tuple(fc.bigInt(0n, greatest), fc.constant(0n)) },
  )
  .map(([base, offset]) => {
    const value = base + offset
    return value < 0n ? 0n : value > greatest ? greatest : value
  })

/** An address: its value and a text for it. IPv4 ones are partly written as IPv4-mapped IPv6 addresses. */
interface Written {
  readonly value: bigint
  readonly family: 'ipv4' | 'ipv6'
  readonly text: string
  readonly mapped: boolean
}

const ipv4: fc.Arbitrary<Written> = ipv4Value.map((value) => ({
  value: BigInt(value),
  family: 'ipv4',
  text: dotted(value),
  mapped: false,
}))

const style = fc.record({
  padded: fc.boolean(),
  upperCase: fc.boolean(),
  dottedTail: fc.boolean(),
  /** Which run of zeros is written as `::`, if there is one. */
  gap: fc.option(fc.nat(3)),
})

const ipv6: fc.Arbitrary<Written> = fc
  .tuple(
    fc.oneof(
      { weight: 3, arbitrary: ipv6Value },
      { weight: 1, arbitrary: ipv4Value.map((v) => firstMapped + BigInt(v)) },
    ),
    style,
  )
  .map(([value, how]) => ({
    value: isMapped(value) ? value - firstMapped : value,
    family: isMapped(value) ? 'ipv4' : 'ipv6',
    text: write(value, how),
    mapped: isMapped(value),
  }))

const written = fc.oneof(ipv4, ipv6)

/** A valid address in any of its spellings. */
export const anyAddress: fc.Arbitrary<string> = written.map(({ text }) => text)

/** A valid rule: an address, a block or a range. */
export const anyRule: fc.Arbitrary<string> = fc.oneof(
  anyAddress,
  fc.tuple(written, fc.nat(128)).map(([{ text, family, mapped }, bits]) => {
    const width = family === 'ipv4' ? 32 : 128
    return `${text}/${(bits % (width + 1)) + (mapped ? 96 : 0)}`
  }),
  fc
    .tuple(written, written)
    .filter(([a, b]) => a.family === b.family)
    .map(([a, b]) => (a.value <= b.value ? `${a.text}-${b.text}` : `${b.text}-${a.text}`)),
)

const edit = fc.tuple(
  fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  fc.constantFrom('replace', 'insert', 'delete'),
  fc.constantFrom(...'0123456789afx.:/-%* ,+'),
)

/** A text with up to two characters out of place. */
function edited(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(text, fc.array(edit, { minLength: 0, maxLength: 2 })).map(([right, edits]) =>
    edits.reduce((so, [where, what, character]) => {
      const at = Math.floor(where * (so.length + 1))
      const rest = so.slice(what === 'insert' ? at : at + 1)
      return so.slice(0, at) + (what === 'delete' ? '' : character) + rest
    }, right),
  )
}

/** A rule, or what is nearly one. */
export const editedRule: fc.Arbitrary<string> = edited(anyRule)

/** An address, or what is nearly one. */
export const editedAddress: fc.Arbitrary<string> = edited(anyAddress)

function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.')
}

function write(
  value: bigint,
  {
    padded,
    upperCase,
    dottedTail,
    gap,
  }: { padded: boolean; upperCase: boolean; dottedTail: boolean; gap: number | null },
): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    Number((value >> BigInt(112 - index * 16)) & 0xffffn),
  )
  const texts = groups.map((group) => {
    const digits = group.toString(16).padStart(padded ? 4 : 1, '0')
    return upperCase ? digits.toUpperCase() : digits
  })
  const places = dottedTail ? [...texts.slice(0, 6), dotted(Number(value & 0xffffffffn))] : texts
  const runs = runsOfZeros(groups.slice(0, dottedTail ? 6 : 8))
  const run = gap === null ? undefined : runs[gap % Math.max(runs.length, 1)]
  if (run === undefined) return places.join(':')
  return `${places.slice(0, run.start).join(':')}::${places.slice(run.end).join(':')}`
}

function runsOfZeros(groups: readonly number[]): readonly { start: number; end: number }[] {
  const runs: { start: number; end: number }[] = []
  for (const [index, group] of groups.entries()) {
    if (group !== 0) continue
    const run = runs.at(-1)
    if (run?.end === index) run.end++
    else runs.push({ start: index, end: index + 1 })
  }
  return runs
}
