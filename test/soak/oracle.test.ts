import { describe, expect, it } from 'vitest'
import type { Answer, Kind, Outcome } from './answers.js'
import { Oracle, type Verdict } from './oracle.js'

// Slot 0 is restricted to the office, slot 1 is not.
const oracle = () => new Oracle({ connectedMs: 1_000, cutMs: 5_000 }, ['active', 'active', 'absent'])

function answer(outcome: Outcome, startedAtMs: number, more: Partial<Answer> = {}): Answer {
  return { kind: 'valid', slot: 0, startedAtMs, endedAtMs: startedAtMs + 1, outcome, ...more }
}

describe('the oracle of the soak', () => {
  it.each<[kind: Kind, slot: number, outcome: Outcome, verdict: Verdict]>([
    ['valid', 0, 'allowed', 'right'],
    ['valid', 0, 'deactivated', 'wrong refusal'],
    ['valid', 0, 'allowed as another', 'wrong pass'],
    ['valid', 0, 'store_unavailable', 'unavailable'],
    ['valid', 2, 'unknown_key', 'right'],
    ['valid', 2, 'allowed', 'wrong pass'],
    ['wrong tenant', 1, 'wrong_tenant', 'right'],
    ['wrong tenant', 1, 'allowed', 'wrong pass'],
    ['wrong address', 0, 'ip_not_allowed', 'right'],
    ['wrong address', 0, 'allowed', 'wrong pass'],
    ['wrong address', 1, 'allowed', 'right'],
    ['unknown', -1, 'unknown_key', 'right'],
    ['unknown', -1, 'allowed', 'wrong pass'],
    ['malformed', 1, 'malformed_credentials', 'right'],
    ['malformed', 1, 'allowed', 'wrong pass'],
    ['missing', 1, 'missing_credentials', 'right'],
    ['missing', 1, 'unknown_key', 'wrong refusal'],
  ])('finds of a %s request of key %i that %s is %s', (kind, slot, outcome, verdict) => {
    expect(oracle().judge(answer(outcome, 0, { kind, slot }))).toBe(verdict)
  })

  it('wants what was before a change until it is begun, and what is after it from the bound on', () => {
    const told = oracle()
    const change = told.change(0, 'deactivated', 100)
    expect(told.judge(answer('deactivated', 90))).toBe('wrong refusal')
    expect(told.judge(answer('deactivated', 99))).toBe('right')
    expect(told.judge(answer('allowed', 9_999))).toBe('right')
    change.done(200)
    expect(told.judge(answer('allowed', 1_200))).toBe('right')
    expect(told.judge(answer('allowed', 1_201))).toBe('wrong pass')
    expect(told.judge(answer('deactivated', 1_201))).toBe('right')
  })

  it('wants nothing older when the last change of several acts', () => {
    const told = oracle()
    told.change(0, 'deactivated', 100).done(200)
    told.change(0, 'absent', 300).done(400)
    expect(told.judge(answer('allowed', 1_150))).toBe('right')
    expect(told.judge(answer('allowed', 1_250))).toBe('wrong pass')
    expect(told.judge(answer('deactivated', 1_350))).toBe('right')
    expect(told.judge(answer('deactivated', 1_450))).toBe('wrong refusal')
    expect(told.judge(answer('unknown_key', 1_450))).toBe('right')
  })

  it.each([
    ['before the change', 50, 400],
    ['while its message is on its way', 700, 4_000],
  ])('waits for the longer bound if the feed was cut %s', (_, from, to) => {
    const told = oracle()
    const change = told.change(0, 'deactivated', 100)
    const back = told.cut(from)
    change.done(200)
    back(to)
    const over = Math.max(200, from) + 5_000
    expect(told.judge(answer('allowed', over))).toBe('right')
    expect(told.judge(answer('allowed', over + 1))).toBe('wrong pass')
  })

  it('does not wait longer for what is changed when the feed is back', () => {
    const told = oracle()
    told.cut(50)(90)
    told.change(0, 'deactivated', 100).done(200)
    expect(told.judge(answer('allowed', 1_201))).toBe('wrong pass')
  })
})
