import { type INestApplication, Module } from '@nestjs/common'
import { APP_GUARD, NestFactory } from '@nestjs/core'
import { type Authorizer, tenantFromHeader } from 'rest-api-key'
import { ApiKeyGuard, ApiKeyModule } from 'rest-api-key/nestjs'
import { Incidents } from '../shared/incidents.js'
import { IncidentsController } from './incidents.controller.js'

export function createApp(authorizer: Authorizer): Promise<INestApplication> {
  @Module({
    imports: [ApiKeyModule.forRoot({ authorizer, tenant: tenantFromHeader('x-tenant') })],
    controllers: [IncidentsController],
    // Every route of the application needs a key.
    providers: [Incidents, { provide: APP_GUARD, useExisting: ApiKeyGuard }],
  })
  class AppModule {}

  return NestFactory.create(AppModule, { logger: ['error', 'warn'] })
}
