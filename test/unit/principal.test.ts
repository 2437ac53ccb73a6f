import { it } from 'vitest'
import { principalFrom } from '../../src/principal.js'
import { expectRefusal } from '../support/refusals.js'

it.each([
  [null, 'principal_missing', 'The request is anonymous; "principalOf" needs an authorized one'],
  [undefined, 'api_key_auth_missing', '"principalOf" needs apiKeyAuth before it on the same request'],
] as const)('principalOf says what is missing: %s', (found, code, message) => {
  expectRefusal(() => principalFrom(found), code, message)
})
