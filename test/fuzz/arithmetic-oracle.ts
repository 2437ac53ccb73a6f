import { addressByUrl } from './address-by-url.js'

/** First and last value, and how many bits they have. */
type Range = readonly [bits: number, first: bigint, last: bigint]

/** What a list of IP rules allows, counted out, or `undefined` if one of them is malformed. */
export function arithmeticOracle(rules: readonly string[]): ((address: string) => boolean) | undefined {
  const ranges = rules.map(rangeOf)
  if (ranges.includes(undefined)) return undefined
  return (text) => {
    const address = addressByUrl(text)
    if (address === undefined) return false
    const { bits, value } = address
    return (ranges as Range[]).some(
      ([width, first, last]) => width === bits && first <= value && value <= last,
    )
  }
}

function rangeOf(rule: string): Range | undefined {
  const [start = '', ...ends] = rule.split(/[-/]/)
  const first = addressByUrl(start)
  if (first === undefined || ends.length > 1) return undefined
  const { bits, value, mapped } = first
  const [end] = ends
  if (end === undefined) return [bits, value, value]
  if (rule.includes('-')) {
    const last = addressByUrl(end)
    const isRange = last !== undefined && last.bits === bits && last.value >= value
    return isRange ? [bits, value, last.value] : undefined
  }
  // Written as its number is written, and no other way.
  if (String(Number(end)) !== end || !Number.isInteger(Number(end))) return undefined
  const hostBits = bits - (Number(end) - (mapped ? 96 : 0))
  if (hostBits < 0 || hostBits > bits) return undefined
  const size = 2n ** BigInt(hostBits)
  return [bits, value - (value % size), value - (value % size) + size - 1n]
}
