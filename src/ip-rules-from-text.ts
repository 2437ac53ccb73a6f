import { stripBlanks } from './credentials.js'
import { RestApiKeyError } from './errors.js'
import { parseIpRule } from './ip-rule.js'
import { invalidOption } from './options.js'

/**
 * Reads a legacy column of comma-separated IP rules into `allowedIps`. Spaces and tabs around a rule are ignored.
 *
 * @param text `null`, `undefined` and a text of nothing but blanks mean no rule.
 * @throws {RestApiKeyError} `invalid_ip_rule` if anything in it is no rule, an empty place between commas included: a
 *   rule that cannot be read must not widen what a key may do.
 *
 * @example
 * ```ts
 * import { ipRulesFromText } from 'rest-api-key'
 *
 * ipRulesFromText('192.0.2.7, 198.51.100.0/24') // ['192.0.2.7', '198.51.100.0/24']
 * ```
 */
export function ipRulesFromText(text: string | null | undefined): string[] {
  if (text === null || text === undefined) return []
  if (typeof text !== 'string') throw invalidOption('text', 'a text, null or undefined', text)
  if (stripBlanks(text) === '') return []
  return text.split(',').map((part) => {
    const rule = stripBlanks(part)
    if (rule === '') throw new RestApiKeyError('invalid_ip_rule', 'An IP rule is missing between two commas')
    parseIpRule(rule)
    return rule
  })
}
