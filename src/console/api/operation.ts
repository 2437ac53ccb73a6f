import type { Actor } from '../../management/actor.js'
import type { TenantKeys } from '../../management/tenant-keys.js'
import type { QueryParameter } from './query.js'
import type { SchemaName } from './schemas.js'

/** One operation of the API. Its route and its part of the OpenAPI document are both made from this. */
export interface Operation {
  readonly id: string
  readonly method: 'get' | 'post' | 'patch' | 'delete'
  /** As OpenAPI writes it: `/keys/{keyId}`. */
  readonly path: string
  readonly summary: string
  readonly query?: readonly QueryParameter[]
  /** The schema of its content. Without one, it has none. */
  readonly content?: SchemaName
  /** Whether it requires `If-Match`. Others do not look at it and say so by refusing it. */
  readonly conditional?: true
  /** Each status of success, with the schema of what is answered or `null` for nothing. */
  readonly answers: Readonly<Partial<Record<Answer['status'], SchemaName | null>>>
  /** What else its caller must expect, besides what follows from the above; see `problemsOf`. */
  readonly problems?: readonly (404 | 409)[]
  run(call: Call): Promise<Answer>
}

/** A request that is well-formed. Its content is not checked yet: that is the manager's part. */
export interface Call {
  readonly actor: Actor
  readonly keys: TenantKeys
  /** The parameter of the path, if it has one. */
  readonly id: string
  readonly query: Query
  readonly content: unknown
  /** Of `If-Match`. */
  readonly version: { readonly version?: number }
}

export interface Query {
  readonly groupId?: string
  readonly keyId?: string
  readonly search?: string
  readonly cursor?: string
  readonly limit?: number
}

export interface Answer {
  readonly status: 200 | 201 | 204
  readonly body?: object
  /** Of what is answered; becomes its ETag. */
  readonly version?: number
  /** The path of what was created, below that of the API. */
  readonly location?: string
}
