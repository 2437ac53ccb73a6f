import {
  BadRequestException,
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  NotFoundException,
  Param,
  Post,
} from '@nestjs/common'
import { Principal, RequireRole } from 'rest-api-key/nestjs'
import { type Incident, Incidents, titleIn } from '../shared/incidents.js'

@Controller('incidents')
export class IncidentsController {
  readonly #incidents: Incidents

  constructor(@Inject(Incidents) incidents: Incidents) {
    this.#incidents = incidents
  }

  @Get()
  list(@Principal() { tenantId }: Principal): readonly Incident[] {
    return this.#incidents.list(tenantId)
  }

  @Post()
  create(@Principal() { tenantId, onBehalfOf }: Principal, @Body() body: unknown): Incident {
    const title = titleIn(body)
    if (title === undefined) throw new BadRequestException('A title is required.')
    return this.#incidents.create(tenantId, title, onBehalfOf)
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireRole('Administrator')
  delete(@Principal() { tenantId }: Principal, @Param('id') id: string): void {
    if (!this.#incidents.delete(tenantId, id)) throw new NotFoundException()
  }
}
