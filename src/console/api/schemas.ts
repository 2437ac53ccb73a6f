import { maxIdLength } from '../../credentials.js'
import { limits } from '../../management/limits.js'

/** JSON Schema 2020-12, as OpenAPI 3.1 uses it. */
type Schema = Readonly<Record<string, unknown>>

const nullable = (schema: Schema): Schema => ({ ...schema, type: [schema.type, 'null'] })
const text = (maxLength: number, description?: string): Schema => ({
  type: 'string',
  maxLength,
  ...(description && { description }),
})
const moment = (description?: string): Schema => ({
  type: 'string',
  format: 'date-time',
  ...(description && { description }),
})
const flag: Schema = { type: 'boolean' }
const id: Schema = { type: 'string', minLength: 1 }
const jsonObject: Schema = { type: 'object', additionalProperties: true }
const version: Schema = {
  type: 'integer',
  minimum: 1,
  description: 'Every change adds 1; a use is no change. The ETag is this number in quotes.',
}
const reference = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` })

/** What is sent: nothing but these members. */
function input(properties: Readonly<Record<string, Schema>>, ...required: readonly string[]): Schema {
  return { type: 'object', properties, required, additionalProperties: false }
}

/** What is answered: always all of these members, and perhaps others one day. */
function output(properties: Readonly<Record<string, Schema>>, ...optional: readonly string[]): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  return { type: 'object', properties, required }
}

function page(name: string): Schema {
  const nextCursor = { type: ['string', 'null'], description: 'To be sent as cursor; null on the last page.' }
  return output({ items: { type: 'array', items: reference(name) }, nextCursor })
}

const groupFields = {
  name: { ...text(limits.groupName), minLength: 1 },
  description: nullable(text(limits.description)),
}

const keyFields = {
  activated: { ...flag, description: 'Whether requests with the key may pass.' },
  description: nullable(text(limits.description)),
  onBehalfOf: nullable(text(limits.onBehalfOf, 'The user as whom the caller acts.')),
  inRole: nullable(text(limits.inRole, 'The role in which the caller acts.')),
  allowedIps: {
    type: 'array',
    items: { type: 'string' },
    maxItems: limits.allowedIps,
    description: 'Addresses, CIDR blocks and ranges from which the key works; none: from every address.',
    examples: [['192.0.2.7', '198.51.100.0/24', '203.0.113.1-203.0.113.9']],
  },
  expiresAt: nullable(moment('From this moment on the key is refused; null: never.')),
  metadata: nullable({ ...jsonObject, description: 'For the application.' }),
}

const newKeyFields = { groupId: { ...id, maxLength: limits.tenantId }, ...keyFields }

const referenceId: Schema = {
  type: 'string',
  pattern: `^[A-Za-z0-9._~-]{1,${maxIdLength}}$`,
  description: 'The credential.',
  examples: ['0123456789ABCDEF0123456789ABCDEF'],
}

const history = { version, createdAt: moment(), updatedAt: moment() }

export const schemas = {
  GroupInput: input(groupFields, 'name'),
  GroupChanges: input(groupFields),
  Group: output({ id, tenantId: id, ...groupFields, ...history }),
  GroupPage: page('Group'),

  Nothing: {
    ...input({}),
    description:
      'An empty object: with its Content-Type a request shows that no page of another site has made it.',
  },

  KeyInput: input(newKeyFields, 'groupId'),
  KeyChanges: input(keyFields),
  ImportInput: input({ referenceId, ...newKeyFields }, 'referenceId', 'groupId'),
  Key: output({
    id,
    tenantId: id,
    groupId: nullable(id),
    hint: { type: 'string', description: 'By which a person knows the key again. Not secret.' },
    ...keyFields,
    ...history,
    lastUsedAt: nullable(moment()),
  }),
  KeyPage: page('Key'),
  CreatedKey: output({
    referenceId: { ...referenceId, description: 'The credential. It is answered here and never again.' },
    key: reference('Key'),
  }),
  ImportedKey: output({ outcome: { enum: ['imported', 'unchanged'] }, key: reference('Key') }),

  ExplainRequest: {
    ...input({
      keyId: { ...text(limits.search), minLength: 1 },
      referenceId: text(maxIdLength, 'The credential itself, in place of the id of the key.'),
      tenantId: text(limits.tenantId, 'The tenant that the request names. Default: your own.'),
      ip: text(limits.search, "The client's address. Default: unknown."),
    }),
    oneOf: [{ required: ['keyId'] }, { required: ['referenceId'] }],
  },
  Explanation: output({
    allowed: flag,
    reason: { type: ['string', 'null'], description: 'Why such a request is refused.' },
    cause: { type: ['string', 'null'] },
    keyId: nullable(id),
    tenantId: { type: ['string', 'null'] },
    checks: {
      type: 'array',
      description: 'Every check, in order.',
      items: output({
        name: { type: 'string' },
        outcome: { enum: ['passed', 'failed', 'unknown'] },
        detail: { type: 'string' },
      }),
    },
  }),

  AuditEvent: output({
    id,
    tenantId: id,
    at: moment(),
    actor: output({ userId: id, role: { type: ['string', 'null'] } }),
    action: { type: 'string' },
    outcome: { enum: ['done', 'refused'] },
    groupId: nullable(id),
    keyId: nullable(id),
    before: nullable({ ...jsonObject, description: 'The group or key before the change.' }),
    after: nullable({ ...jsonObject, description: 'The group or key after the change.' }),
  }),
  AuditPage: page('AuditEvent'),

  Actor: output({ tenantId: id, userId: id, role: { type: ['string', 'null'] } }),

  Problem: output(
    {
      title: { type: 'string' },
      status: { type: 'integer' },
      detail: { type: 'string' },
      code: { type: 'string', description: 'Stable; compare this.' },
      errors: {
        type: 'array',
        description: 'With the code invalid_input: everything that cannot be used.',
        items: output({ field: { type: 'string' }, message: { type: 'string' } }),
      },
    },
    'errors',
  ),
} as const satisfies Readonly<Record<string, Schema>>

export type SchemaName = keyof typeof schemas
