import type { DynamicModule, InjectionToken, OptionalFactoryDependency } from '@nestjs/common'
import type { Authorizer } from '../../src/authorizer.js'
import type { Denied } from '../../src/decision.js'
import type { RequestAuthorizerOptions } from '../../src/request-authorizer.js'
import type { NestRequest, NestResponse } from './nest-request.js'

/** The functions are given the request of the platform, Express' or Fastify's. */
export interface ApiKeyModuleOptions<Request = NestRequest, Response = NestResponse>
  extends RequestAuthorizerOptions<Request> {
  /** Made by `createAuthorizer`. */
  readonly authorizer: Authorizer
  /**
   * Answers a refusal differently. What it leaves unsent is answered with `decision.response`; if it fails, the error
   * goes to the application's exception filters as a 500.
   */
  readonly onDenied?: ((decision: Denied, request: Request, response: Response) => unknown) | undefined
}

/** How the same come from other providers. */
export interface ApiKeyModuleAsyncOptions<Request = NestRequest, Response = NestResponse> {
  readonly imports?: DynamicModule['imports']
  /** Handed over to `useFactory`, in this order. */
  readonly inject?: readonly (InjectionToken | OptionalFactoryDependency)[]
  /** Makes the options of what is injected. */
  readonly useFactory: (
    ...injected: never[]
  ) => ApiKeyModuleOptions<Request, Response> | Promise<ApiKeyModuleOptions<Request, Response>>
}
