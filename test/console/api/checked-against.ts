import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { expect } from 'vitest'
import type { Answered, Line } from './support.js'

export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean
  readonly items?: Schema
  readonly format?: string
  readonly maxLength?: number
  readonly examples?: readonly unknown[]
  /** Alternatives: which members there must be. */
  readonly oneOf?: readonly { readonly required: readonly string[] }[]
}

interface Parameter {
  readonly $ref?: string
  readonly name: string
  readonly in: string
}

export interface DescribedOperation {
  readonly operationId: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
  readonly responses: Readonly<Record<string, DescribedResponse>>
}

interface DescribedResponse {
  readonly $ref?: string
  readonly headers?: Readonly<Record<string, object>>
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>
}

export interface OpenApiDocument {
  readonly openapi: string
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

/** What a reference of the document refers to. */
export function resolved<T extends { readonly $ref?: string }>(document: OpenApiDocument, value: T): T {
  if (value.$ref === undefined) return value
  const found = value.$ref
    .slice(2)
    .split('/')
    .reduce((at: unknown, name) => (at as Record<string, unknown>)[name], document)
  return found as T
}

/** Whether a value fits a schema of the document; what is answered may then hold nothing that is not described. */
export function validatorOf(document: OpenApiDocument): (schema: Schema, value: unknown) => string[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addSchema(closed(document) as object, 'document')
  return ({ $ref }, value) => {
    const validate = ajv.getSchema(`document${$ref}`)
    if (validate === undefined) throw new Error(`${$ref} is not in the document`)
    return validate(value) ? [] : [ajv.errorsText(validate.errors)]
  }
}

/** Members that are not described are allowed for the future; here they are an error. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed)
  if (typeof value !== 'object' || value === null) return value
  const copy = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, closed(member)]))
  const { type, properties } = value as Schema
  return type === 'object' && typeof properties === 'object' ? { additionalProperties: false, ...copy } : copy
}

/** Fails the test if an answer is not as the document says. */
export function checkedAgainst(document: OpenApiDocument): (line: Line, answered: Answered) => void {
  const faultsOf = validatorOf(document)
  const problem = { $ref: '#/components/schemas/Problem' }

  return (line, { status, headers, body, text }) => {
    const [method = '', target = ''] = line.split(' ')
    expect(headers.get('cache-control'), line).toBe('no-store')
    const operation = operationAt(document, method, target.split('?')[0] ?? '')
    const described = operation && resolved(document, operation.responses[status] ?? {})
    if (status >= 400) {
      expect(headers.get('content-type'), line).toBe('application/problem+json; charset=utf-8')
      if (method === 'HEAD') return
      expect(faultsOf(problem, body), `${line} ${text}`).toEqual([])
      expect(body.status, line).toBe(status)
      if (operation) expect(described, `${line} ${status}`).toHaveProperty('content')
      return
    }
    if (described === undefined || method === 'HEAD') return
    expect(described, `${line} ${status}`).toHaveProperty('description')
    for (const name of Object.keys(described.headers ?? {}))
      expect(headers.has(name), `${line} ${name}`).toBe(true)
    const schema = described.content?.['application/json']?.schema
    if (schema === undefined) {
      expect(text, line).toBe('')
    } else {
      expect(headers.get('content-type'), line).toBe('application/json')
      expect(faultsOf(schema, body), `${line} ${text}`).toEqual([])
    }
  }
}

function operationAt(
  document: OpenApiDocument,
  method: string,
  path: string,
): DescribedOperation | undefined {
  const template = Object.keys(document.paths).find((candidate) =>
    new RegExp(`^${candidate.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
  )
  return document.paths[template ?? '']?.[method.toLowerCase()]
}
