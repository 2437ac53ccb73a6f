import assert from 'node:assert/strict'
import fc from 'fast-check'
import { ipRulesFromText, isRestApiKeyError } from 'rest-api-key'
import { createAddressReader } from '../../src/address-reader.js'
import { allowsAddress, compileIpRules, ruleNaming } from '../../src/ip-rules.js'
import { anyAddress, anyRule, editedAddress, editedRule } from '../support/ip-arbitraries.js'
import { ipOracle } from '../support/ip-oracle.js'
import { arithmeticOracle } from './arithmetic-oracle.js'
import { type Campaign, campaignOf } from './campaign.js'

/** What is under test: which of the rules allows an address. Throws if one of them is none. */
export type JudgeIpRules = (rules: readonly string[]) => (address: string) => boolean

export const judgeIpRules: JudgeIpRules = (texts) => {
  const rules = compileIpRules(texts)
  const read = createAddressReader()
  return (address) => allowsAddress(rules, read(address))
}

/** What somebody writes who does not know the form of a rule. */
const unlikely = fc.constantFrom(
  ...['', ' ', '*', '0', '1.2.3', '1.2.3.4.5', '01.2.3.4', '0x7f.0.0.1', '127.1', '2130706433', '192.0.2.*'],
  ...['192.0.2.7:80', '[2001:db8::1]', '[2001:db8::1]:80', 'fe80::1%eth0', '192.0.2.0/255.255.255.0', '::/'],
  ...['192.0.2.0/024', '192.0.2.0/+8', '192.0.2.0/33', '192.0.2.0/1e1', '::/129', '::ffff:192.0.2.0/95'],
  ...[
    '192.0.2.9-192.0.2.1',
    '192.0.2.1-::1',
    '192.0.2.1 - 192.0.2.9',
    '192.0.2.1-',
    '-',
    '/',
    ':::',
    '1::2::3',
  ],
  ...['::1.2.3.4', '1.2.3.4::', '::ffff:01.2.3.4', '::ffff:1.2.3', '١.2.3.4', 'localhost', '192.0.2.7\0'],
)

const rule = fc.oneof(
  { weight: 8, arbitrary: anyRule },
  { weight: 1, arbitrary: editedRule },
  { weight: 1, arbitrary: unlikely },
)
const address = fc.oneof(
  { weight: 8, arbitrary: anyAddress },
  { weight: 1, arbitrary: editedAddress },
  { weight: 1, arbitrary: unlikely },
)

/** Rules and addresses, right ones and nearly right ones: two oracles and the library agree on all of them. */
export function ipRulesCampaign(judge: JudgeIpRules = judgeIpRules): Campaign {
  return campaignOf({
    name: 'ip-rules',
    inputs: fc.record({
      rules: fc.array(rule, { minLength: 1, maxLength: 5 }),
      addresses: fc.array(address, { minLength: 1, maxLength: 10 }),
    }),
    check({ rules, addresses }) {
      const [byBlockList, byNumbers] = [ipOracle(rules), arithmeticOracle(rules)]
      assert.equal(byBlockList === undefined, byNumbers === undefined, 'the oracles disagree on the rules')
      const allows = unlessRefused(() => judge(rules))
      assert.equal(allows !== undefined, byNumbers !== undefined, 'accepts what is no rule, or refuses one')
      const read = unlessRefused(() => ipRulesFromText(rules.join(' ,\t')))
      if (allows === undefined || byBlockList === undefined || byNumbers === undefined) return
      assert.deepEqual(read, rules)
      for (const one of addresses) {
        assert.equal(byBlockList(one), byNumbers(one), `the oracles disagree on ${one}`)
        assert.equal(allows(one), byNumbers(one), `${one} is judged wrongly`)
        const naming = rules.find((text) => arithmeticOracle([text])?.(one))
        assert.equal(ruleNaming(rules, one), naming, `another rule names ${one}`)
      }
    },
  })
}

function unlessRefused<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch (error) {
    assert.ok(isRestApiKeyError(error) && error.code === 'invalid_ip_rule', 'another error')
    return undefined
  }
}
