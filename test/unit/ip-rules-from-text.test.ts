import { ipRulesFromText } from 'rest-api-key'
import { expect, it } from 'vitest'
import { canary, expectRefusal } from '../support/refusals.js'

it.each<[text: string | null | undefined, rules: string[]]>([
  [null, []],
  [undefined, []],
  ['', []],
  [' \t ', []],
  ['192.0.2.7', ['192.0.2.7']],
  [' 192.0.2.7\t', ['192.0.2.7']],
  ['192.0.2.7,198.51.100.0/24', ['192.0.2.7', '198.51.100.0/24']],
  ['192.0.2.7 ,\t2001:db8::1-2001:db8::f', ['192.0.2.7', '2001:db8::1-2001:db8::f']],
  ['192.0.2.7,192.0.2.7', ['192.0.2.7', '192.0.2.7']],
])('reads %j', (text, rules) => {
  expect(ipRulesFromText(text)).toEqual(rules)
})

it.each([
  ['a comma', ','],
  ['a comma behind', '192.0.2.7,'],
  ['a comma in front', ',192.0.2.7'],
  ['two commas between', '192.0.2.7,,192.0.2.8'],
  ['a blank between two commas', '192.0.2.7, ,192.0.2.8'],
  ['semicolons', '192.0.2.7;192.0.2.8'],
  ['blanks for commas', '192.0.2.7 192.0.2.8'],
  ['line breaks for commas', '192.0.2.7\n192.0.2.8'],
  ['a line break behind a comma', '192.0.2.7,\n192.0.2.8'],
  ['NBSP behind a comma', '192.0.2.7,\u00a0192.0.2.8'],
  ['NBSP alone', '\u00a0'],
  ['a wildcard', '192.0.2.7,*'],
  ['one malformed rule among good ones', '192.0.2.7,010.0.0.1,192.0.2.8'],
  ['JSON', '["192.0.2.7"]'],
  ['the word null', 'null'],
  ['a secret', canary],
])('refuses %s', (_, text) => {
  expectRefusal(() => ipRulesFromText(text), 'invalid_ip_rule', 'An IP rule ')
})

it('says so if a rule is missing', () => {
  const message = 'An IP rule is missing between two commas'
  expectRefusal(() => ipRulesFromText('192.0.2.7, ,192.0.2.8'), 'invalid_ip_rule', message)
})

it.each([
  ['a list', ['192.0.2.7']],
  ['a number', 7],
  ['false', false],
  ['an object', {}],
])('refuses %s', (_, text) => {
  expectRefusal(() => ipRulesFromText(text as never), 'invalid_option', '"text"', 'a text, null or undefined')
})
